"""Files for the administration asked for at the desk: sealed where they lie, taken once, the same as the command's."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from crm.assembly import Assembly, attesting_house, filer
from crm.attestations import correcting, file_orders, filed_store, filing, sealed_text, service
from crm.attestations.errors import FileGone
from crm.attestations.file_making import Wanted
from crm.attestations.file_model import FileState
from crm.attestations.keys import Seal
from crm.attestations.model import Format, Operation
from crm.attestations.sealed_text import SealedText, opened
from crm.attestations.tables import FileRow
from crm.audit import service as audit
from crm.cli import attestations as cli
from crm.foundation.encryption import Undecipherable
from crm.foundation.keys import Keyring
from crm.foundation.settings import Attestations, XmlYear
from jobs import make_attestation_files
from tests.attestations.conftest import DECIDER, NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.attestations.test_telling import XSD, knowing
from tests.conftest import NOW

XML = Format.BELCOTAX_XML_2024
SEAL = Seal(Keyring(use="attestations", keys=((1, b"k" * 32),)))


@pytest.fixture
def two(house: Assembly, donor: NewDonor, give: Give) -> Assembly:
    """A year of two numbered papers."""
    with house.database.transaction() as session:
        for cents, number in ((5000, NUMBER), (6000, "")):
            give(session, donor(session, number=number), cents)
    locked(house)
    return house


def asked(house: Assembly, **facts: object) -> int:
    wanted = Wanted(**{"year": YEAR, "format": XML, **facts})  # type: ignore[arg-type]
    with house.database.transaction() as session:
        return file_orders.ask(session, house.sealer, wanted, at=NOW, by=PROPOSER).id


def made(house: Assembly, **facts: object) -> int:
    """A file that was looked at and made, and waits."""
    order = asked(house, **facts)
    assert filer(house).work() is FileState.CHECKED
    assert go_on(house, order)
    assert make_attestation_files.run(house, NOW) == {"done": 1, "forgotten": 0}
    return order


def go_on(house: Assembly, order: int) -> bool:
    with house.database.transaction() as session:
        return file_orders.go_on(session, YEAR, order, by=PROPOSER) is not None


def taken(house: Assembly, order: int) -> bytes:
    with filer(house).take(YEAR, order, by=DECIDER)[1] as file:
        return file.read()


@given(pieces=st.lists(st.text(max_size=9), max_size=8), size=st.integers(1, 12))
def test_a_long_text_is_read_as_it_was_written_or_not_at_all(pieces: list[str], size: int) -> None:
    file = io.BytesIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sealed_text, "PIECE", size)
        vessel = SealedText(file, SEAL, "1")
        for piece in pieces:
            vessel.write(piece)
        vessel.end()
    assert vessel.whole().read() == "".join(pieces).encode()
    lines = file.getvalue().splitlines(keepends=True)
    for wrong in (lines[:-1], lines[1:], [*lines, lines[-1]], lines[::-1], []):
        if wrong != lines:
            with pytest.raises(Undecipherable):
                opened(io.BytesIO(b"".join(wrong)), SEAL, "1").read()
    with pytest.raises(Undecipherable):
        opened(io.BytesIO(file.getvalue()), SEAL, "2").read()


def test_a_file_is_checked_made_sealed_taken_once_and_made_again_alike(
    two: Assembly,
) -> None:
    test = made(two, is_test=True)
    assert b"<v0010_bestandtype>BCTEST<" in taken(two, test)
    with two.database.reading() as session:
        assert (filing.filings(session, YEAR), filing.waiting(session, YEAR)) == ((), 2)
    order = made(two)
    (lying,) = (two.settings.home / "attestation-files").iterdir()
    assert (NUMBER.encode() in lying.read_bytes(), lying.stat().st_mode & 0o077) == (False, 0)
    with two.database.reading() as session:
        told = file_orders.latest(session, YEAR)
        assert told is not None
        assert (told.state, told.figures["count"], told.figures["cents"]) == (FileState.MADE, 2, 11000)
        assert (told.figures["numbers"], told.figures["records"]) == (3, [4, 6])
        (kept,) = filing.filings(session, YEAR)
        assert filed_store.filing(session, kept.id) is not None
    with pytest.raises(FileGone):
        filer(two).take(YEAR - 1, order, by=DECIDER)
    content = taken(two, order)
    assert (NUMBER.encode() in content, lying.exists()) == (True, False)
    with pytest.raises(FileGone):
        taken(two, order)
    later = replace(two, clock=lambda: NOW + timedelta(days=40))
    with two.database.transaction() as session:
        again = file_orders.ask_again(session, YEAR, kept.id, at=NOW, by=PROPOSER).id
    assert filer(later).work() is FileState.MADE
    assert taken(later, again) == content
    with two.database.reading() as session:
        actions = [one.action for one in audit.latest(session, subject="attestations", subject_id=YEAR)]
    assert actions[:5] == ["attestations.file-taken", "attestations.file-made", "attestations.file-taken",
                           "attestations.filed", "attestations.file-checked"]  # fmt: skip


def test_the_command_and_the_desk_write_the_same_file(
    two: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: two)
    words = ["file", str(YEAR), "--format", XML.value, "--test", "--output", str(tmp_path / "f.xml"), "--json"]
    assert json.loads(CliRunner().invoke(cli.command, words).stdout)["fiches"] == 2
    assert taken(two, made(two, is_test=True)) == (tmp_path / "f.xml").read_bytes()


def test_what_changes_after_the_check_is_not_written(two: Assembly) -> None:
    order = asked(two)
    assert filer(two).work() is FileState.CHECKED
    with two.database.transaction() as session:
        correcting.cancel(session, attesting_house(two), YEAR, 2, reason="Double", at=NOW, by=PROPOSER)
    assert (go_on(two, order), go_on(two, order)) == (True, False)
    assert filer(two).work() is FileState.CHANGED
    with two.database.reading() as session:
        assert (filing.filings(session, YEAR), filing.waiting(session, YEAR)) == ((), 1)
    assert list((two.settings.home / "attestation-files").iterdir()) == []


def test_one_worker_makes_it_however_many_there_are_and_nobody_takes_it_after_a_day(two: Assembly) -> None:
    order = asked(two)
    assert asked(two) == order
    filer(two).work()
    go_on(two, order)
    seen: list[FileState | None] = []
    with two.database.transaction() as session:
        session.get_one(FileRow, order).lease_until = NOW + file_orders.LEASE
    seen.append(filer(two).work())
    late = replace(two, clock=lambda: NOW + 2 * file_orders.LEASE)
    seen += [filer(late).work(), filer(late).work()]
    assert seen == [None, FileState.MADE, None]
    stale = replace(two, clock=lambda: NOW + timedelta(days=2))
    assert make_attestation_files.run(stale, stale.clock()) == {"done": 0, "forgotten": 1}
    with pytest.raises(FileGone):
        taken(stale, order)
    with two.database.reading() as session:
        assert session.scalars(select(FileRow.state)).all() == [FileState.GONE]


def test_corrections_are_told_by_the_keys_of_the_first_file(two: Assembly) -> None:
    first = taken(two, made(two))
    with two.database.transaction() as session:
        correcting.cancel(session, attesting_house(two), YEAR, 1, reason="Double", at=NOW, by=PROPOSER)
        key = service.versions(session, YEAR, 1)[0].fiche_key.encode()
    order = made(two, answers="123456")
    with two.database.reading() as session:
        told = file_orders.latest(session, YEAR)
    assert told is not None
    assert (told.figures["correction"], told.figures["operations"]) == (True, {Operation.CANCEL.value: 1})
    second = taken(two, order)
    assert [key in one for one in (first, second)] == [True, True]
    assert b"<v0026_referte>123456<" in second
    with two.database.transaction() as session:
        last = filing.filings(session, YEAR)[-1]
        again = file_orders.ask_again(session, YEAR, last.id, at=NOW, by=PROPOSER).id
    filer(two).work()
    assert taken(two, again) == second


def test_a_schema_that_refuses_a_fiche_names_it_and_nothing_is_noted(two: Assembly, tmp_path: Path) -> None:
    schema = tmp_path / "later.xsd"
    fiche = '<xs:element name="f2011_nationaalnr"><xs:simpleType><xs:restriction base="xs:string">'
    fiche += '<xs:length value="3"/></xs:restriction></xs:simpleType></xs:element></xs:schema>'
    text = XSD.format(word="v0010_bestandtype").replace('processContents="skip"', 'processContents="lax"')
    schema.write_text(text.replace("</xs:schema>", fiche))
    known = knowing(two, Attestations(xml={2024: XmlYear(schema_file=schema)}))
    order = asked(known)
    filer(known).work()
    go_on(known, order)
    assert filer(known).work() is FileState.REFUSED
    with two.database.reading() as session:
        told = file_orders.latest(session, YEAR)
        assert told is not None
        assert ([flaw.partition(": ")[0] for flaw in told.flaws], NUMBER in str(told.flaws)) == (["1"], False)
        assert filing.filings(session, YEAR) == ()
    assert list((two.settings.home / "attestation-files").iterdir()) == []
