"""For any person, purpose and day: what they allowed, on which words, and whether the record of it is whole."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from pyhanko.pdf_utils.reader import PdfFileReader
from sqlalchemy import update

from crm.assembly import Assembly
from crm.cli import consent as cli
from crm.consent import certificate, proofs
from crm.consent import service as consent
from crm.consent.errors import NobodyThere, PurposeMissing
from crm.consent.model import Act, Channel, NewAct, Way
from crm.consent.tables import NoticeRow
from crm.foundation import documents
from crm.people.model import Person
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW
from tests.consent.unguarded import unguarded

SPOKEN = ((Act.REQUESTED, Way.WEB), (Act.GIVEN, Way.CONFIRMATION), (Act.WITHDRAWN, Way.ONE_CLICK))


def _speak(assembly: Assembly, add: Callable[..., Person]) -> Person:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        notice = consent.notice_for(session, purpose="news", language=Language.FR, text="Chaque mois.\nOui.", at=NOW)
        for day, (act, way) in enumerate(SPOKEN):
            new = NewAct(
                person_id=person.id,
                purpose="news",
                address_key=person.contact_points[0].address_key,
                act=act,
                way=way,
                occurred_at=NOW + timedelta(days=day),
                notice_id=notice.id if way is not Way.ONE_CLICK else None,
            )
            consent.record(session, assembly.sealer, new, at=NOW + timedelta(days=day))
    return person


def _prove(assembly: Assembly, person_id: int, days: float, purpose: str = "news") -> proofs.Proof:
    with assembly.database.reading() as session:
        return proofs.prove(
            session,
            assembly.sealer,
            person_id=PersonId(person_id),
            purpose=purpose,
            channel=Channel.EMAIL,
            at=NOW + timedelta(days=days),
        )


def test_each_day_has_its_own_answer_and_the_words_that_were_shown(
    assembly: Assembly, add: Callable[..., Person]
) -> None:
    person = _speak(assembly, add)
    found = [_prove(assembly, person.id, days) for days in (-1, 0.5, 1.5, 2.5)]
    assert [(proof.is_yes, len(proof.acts)) for proof in found] == [(False, 0), (False, 1), (True, 2), (False, 3)]
    assert [proof.shown.text if proof.shown else "" for proof in found] == ["", *["Chaque mois.\nOui."] * 3]
    with pytest.raises(PurposeMissing):
        _prove(assembly, person.id, 1, "rien")
    with pytest.raises(NobodyThere):
        _prove(assembly, 999, 1)


def test_a_yes_at_one_address_is_a_yes_whatever_was_said_of_another_since(
    assembly: Assembly, add: Callable[..., Person]
) -> None:
    with assembly.database.transaction() as session:
        person = add(session, "a@exemple.be")
        for hour, (key, act) in enumerate(
            (("k1", Act.GIVEN), ("k2", Act.GIVEN), ("k2", Act.WITHDRAWN), ("k3", Act.REQUESTED))
        ):
            new = NewAct(
                person_id=person.id,
                purpose="news",
                address_key=key,
                act=act,
                way=Way.WEB,
                occurred_at=NOW + timedelta(hours=hour),
            )
            consent.record(session, assembly.sealer, new, at=NOW)
    proof = _prove(assembly, person.id, 1)
    assert (proof.is_yes, proof.last and proof.last.event.address_key) == (True, "k1")


@pytest.mark.parametrize("language", Language)
def test_the_certificate_is_one_tagged_page_in_each_language(
    assembly: Assembly, add: Callable[..., Person], language: Language
) -> None:
    proof = _prove(assembly, _speak(assembly, add).id, 1.5)
    page = certificate.facts(proof, language, assembly.settings.organisation)
    made = documents.pdf("consent", page, at=NOW)
    assert made == documents.pdf("consent", page, at=NOW)
    assert (made[:5], b"/StructTreeRoot" in made) == (b"%PDF-", True)
    assert "2026" in page["finding"]
    assert page["quote"] == "Chaque mois.\nOui."
    many = replace(proof, acts=[proof.acts[-1]] * 60)
    page = certificate.facts(many, language, assembly.settings.organisation)
    assert (len(page["events"]), "52" in page["earlier"]) == (8, True)
    made = documents.pdf("consent", page, at=NOW)
    assert PdfFileReader(io.BytesIO(made)).root["/Pages"]["/Count"] == 1


def test_the_command_gives_a_consent_record_and_tells_where_a_word_was_changed(
    assembly: Assembly, add: Callable[..., Person], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    person = _speak(assembly, add)
    file = tmp_path / "preuve.pdf"
    words = ["prove", str(person.id), "--purpose", "news", "--json"]
    ran = CliRunner().invoke(cli.command, [*words, "--pdf", str(file)])
    record = json.loads(ran.stdout)
    assert (ran.exit_code, record["@type"], record["dpv:hasConsentStatus"]) == (
        0,
        "dpv:ConsentRecord",
        "dpv:ConsentRequested",
    )
    assert record["dpv:hasNotice"]["dct:description"] == "Chaque mois.\nOui."
    assert [one["dpv:hasName"] for one in record["dpv:hasProcess"]["dpv:hasRecipient"]] == ["Le relais de courrier"]
    assert [one["proof"]["whole"] for one in record["dpv:hasRecordOfActivity"]] == [True]
    assert file.read_bytes()[:5] == b"%PDF-"
    with unguarded(assembly.database):
        with assembly.database.transaction() as session:
            session.execute(update(NoticeRow).values(text="d’autres mots"))
        ran = CliRunner().invoke(cli.command, words)
        assert ran.exit_code == 1
        assert [one["proof"]["whole"] for one in json.loads(ran.stdout)["dpv:hasRecordOfActivity"]] == [False]
