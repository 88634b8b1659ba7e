"""Letters that the house prints itself: what each says in its version, in one PDF or in several."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any
from zipfile import ZipFile

import pytest

from crm.assembly import Assembly
from crm.foundation import documents
from crm.foundation.settings import Organisation
from crm.fundraising import exporting, freezing, paper, printing, service, versions
from crm.fundraising.errors import NotOurLetters, PlanWrong
from crm.fundraising.model import FileForm, NewCell
from crm.fundraising.versions import Version
from crm.rooms import QUESTIONS
from crm.values.languages import Language
from tests.approved_files import check_approved
from tests.conftest import NOW
from tests.fundraising.conftest import BY, HOME, appeal, person, segment

FR, NL, DE = Language.FR, Language.NL, Language.DE


def _desk() -> printing.Desk:
    house = Organisation(name="Droits humains exemple", email="bonjour@exemple.test", street="Rue X 1")
    return printing.Desk(organisation=house, account="BE68 5390 0754 7034", language=FR)


def test_each_letter_says_the_words_of_its_version_as_they_were_approved(house: Assembly) -> None:
    with house.database.reading() as session:
        for n, (name, language) in enumerate((("Silva", FR), ("Peeters", NL), ("Schmitz", DE))):
            person(session, house, name, language=language, address=replace(HOME, number=str(n + 1)))
        everybody = segment(session, "Tous")
        made = appeal(session, NewCell(name="Tous", segment_id=everybody), letter="Merci.\n\nEncore.")
        with pytest.raises(PlanWrong):
            versions.put(session, made.id, "Z", NL, "Dank u.")
        with pytest.raises(PlanWrong):
            versions.put(session, made.id, "", NL, "x" * 4001)
        versions.put(session, made.id, "", NL, "Dank u.")
        versions.put(session, made.id, "A", NL, " Dank u wel. \n")
        would = printing.one(session, QUESTIONS, made, "A", NL, turn=0, at=NOW)
        assert would is not None
        assert (would.last_name, would.opening) == ("Peeters", "Beste Ana,")
        assert printing.one(session, QUESTIONS, made, "A", NL, turn=1, at=NOW) is None
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        frozen = service.appeal(session, made.id)
        assert versions.versions(session, frozen) == tuple(
            Version(package="A", language=language, letters=1, words_of=key)
            for language, key in ((DE, ("", FR)), (FR, ("", FR)), (NL, ("A", NL)))
        )
        assert [one.is_foreign for one in versions.versions(session, frozen)] == [True, False, False]
        seen = printing.one(session, QUESTIONS, frozen, "A", DE, turn=0, at=NOW)
        assert seen is not None
        assert seen.last_name == "Schmitz"
        letters = list(exporting.recipients(session, made.id))
        said = printing.facts(frozen, versions.written(session, frozen), _desk(), letters)
        check_approved("letters/appeal-letters.txt", json.dumps(said, ensure_ascii=False, indent=1) + "\n")
        assert documents.pdf("appeal", said, at=NOW)[:4] == b"%PDF"
        versions.put(session, made.id, "A", NL, "")
        assert versions.words_of(versions.written(session, frozen), "A", NL) == ("", NL)


def test_many_letters_are_files_whose_manifest_adds_up(house: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paper, "TOGETHER", 2)

    def setting(facts: Mapping[str, Any]) -> bytes:
        return "\n".join(one["address"][0] for one in facts["letters"]).encode()

    with house.database.reading() as session:
        for n, name in enumerate("ABCDE"):
            person(session, house, name, address=replace(HOME, number=str(n + 1)))
        made = appeal(session, NewCell(name="Tous", segment_id=segment(session, "Tous")))
        freezing.freeze(session, QUESTIONS, made.id, by=BY, at=NOW)
        with pytest.raises(NotOurLetters):
            exporting.ask(session, made.id, FileForm.LETTERS, by=BY, at=NOW)
        versions.put(session, made.id, "", FR, "Merci.")
        assert exporting.ask(session, made.id, FileForm.LETTERS, by=BY, at=NOW).asked_rows == 5
        frozen, kept = service.appeal(session, made.id), io.BytesIO()
        found = printing.write(session, frozen, kept, _desk(), setting, at=NOW)
    with ZipFile(kept) as zipped:
        names = [f"noel26-p1-lettres-{n:02d}.pdf" for n in (1, 2, 3)]
        assert sorted(zipped.namelist()) == [*names, "noel26-p1-lettres-manifeste.json"]
        told = json.loads(zipped.read("noel26-p1-lettres-manifeste.json"))
        assert (told["rows"], told["by_version"]) == (5, {"A fr": 5})
        assert [(one["rows"], one["sha256"]) for one in told["parts"]] == [
            (rows, sha256(zipped.read(name)).hexdigest()) for rows, name in zip((2, 2, 1), names, strict=True)
        ]
        assert b"\n".join(zipped.read(name) for name in names) == b"Ana A\nAna B\nAna C\nAna D\nAna E"
    assert (found.rows, found.by_cell) == (5, {"01": 5})
