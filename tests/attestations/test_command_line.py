"""`portevoix attestations` from the check to the correction, with donors who fit no form; and a year filed twice."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from lxml import etree
from sqlalchemy import select, update

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import filing, proving, service
from crm.attestations.errors import PapersUnknown
from crm.attestations.keys import Seal
from crm.attestations.model import Format, Run, Status
from crm.attestations.tables import AttestationLineRow, AttestationRow, NumbersRow
from crm.cli import attestations as cli
from crm.donations import service as donations
from crm.donations.model import EntryKind, Method, Movement
from crm.donations.tables import GiftLineRow
from crm.foundation.keys import Keyring
from crm.values.identifiers import AccountId
from crm.values.postal_address import PostalAddress
from tests.attestations.conftest import NUMBER, PROPOSER, YEAR, Give, NewDonor, locked
from tests.conftest import NOW

LONG = "Vandenbroucke-de-la-Marche-Saint-Hubert-et-de-la-Roche-Guyon"
PARIS = PostalAddress(street="Rue de Rivoli", number="1", postcode="75001", locality="Paris", country="FR")
TOKYO = PostalAddress(street="Ginza", number="1", postcode="104-0061", locality="Tokyo", country="JP")


def test_each_step_of_a_year_answers_a_program(
    house: Assembly, donor: NewDonor, give: Give, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: house)

    def run(*words: str, code: int = 0) -> Any:
        ran = CliRunner().invoke(cli.command, [*words, "--json"])
        assert ran.exit_code == code, ran.output
        return json.loads(ran.stdout)

    with house.database.transaction() as session:
        long = donor(session, number=NUMBER, last_name=LONG, first_name="Marie-Élisabeth-Antoinette")
        gift = give(session, long, 5000)
        give(session, donor(session, address=PARIS), 6000)
        give(session, donor(session, address=TOKYO), 7000)
    year, output = str(YEAR), tmp_path / "f.xml"
    looked = run("check", year, "--dry-run")
    assert (looked["run"], looked["attestations"], looked["cents"], looked["lacking_number"]) == (None, 2, 11000, 1)
    assert [one["reason"] for one in looked["payments"]] == ["abroad-unknown"]
    run("lock", year, code=1)
    assert run("check", year)["run"]["count"] == 2
    assert run("lock", year)["last_number"] == 2
    assert run("issue", year) == {"made": 2, "waiting": 0, "failed": 0}
    assert run("hand-over", year)["piles"]["by_post"] == 2
    told = run("file", year, "--format", "belcotax-xml-2024", "--output", str(output))
    assert (len(LONG), told) == (60, {"fiches": 2, "cents": 11000, "correction": False, "cut": {"1": ["2013", "2114"]}})
    tree = etree.parse(output)
    names = ("f2013_naam", "f2016_postcodebelgisch", "f2018_landwoonplaats", "f2112_buitenlandspostnummer")
    first, second = ([fiche.findtext(name) for name in names] for fiche in tree.iter("Fiche28171"))
    assert (first, second[1:]) == ([LONG[:41], "1000", "00000", None], [None, "00111", "75001"])
    run("file", year, "--format", "csv", "--output", str(tmp_path / "again.csv"), code=1)
    with house.database.transaction() as session:
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR + 1, 4, 1))
        donations.take_back(session, house.sealer, gift.id, EntryKind.RETURN, movement, cents=500, at=NOW)
        code = service.versions(session, YEAR, 2)[0].code
    assert run("correct", year, "1", "--reason", "Rendu")["version"] == 2
    assert run("verify", code) == {"status": "valid"}
    assert run("cancel", year, "2", "--reason", "Doublon")["status"] == "cancelled"
    assert (run("verify", code), run("verify", "RIEN")) == ({"status": "cancelled"}, {"status": None})
    told = run("file", year, "--format", "belcotax-xml-2024", "--output", str(output), "--reference", "000123")
    kinds = [
        (one.findtext("f2009_volgnummer"), one.findtext("f2028_typetraitement"))
        for one in etree.parse(output).iter("Fiche28171")
    ]
    assert (told["correction"], kinds) == (True, [("1", "1"), ("2", "3")])
    proof = run("verify", year)
    assert (proof["first"], proof["last"], proof["versions"], proof["papers"], proof["flaws"]) == (1, 2, 3, 2, [])


def test_a_year_that_is_not_as_it_was_numbered_says_where(
    house: Assembly, donor: NewDonor, give: Give, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: house)
    with house.database.transaction() as session:
        for cents in (5000, 6000, 7000, 8000):
            give(session, donor(session), cents)
        stray = give(session, donor(session), 3000)
    at_work = press(house)
    at_work.work(locked(house).id)
    with house.database.transaction() as session:
        papers = [service.versions(session, YEAR, number)[0] for number in (1, 2, 3, 4)]
        uids = [row.uid for row in session.scalars(select(AttestationRow).order_by(AttestationRow.number))]
        session.execute(update(AttestationRow).where(AttestationRow.number == 2).values(status=Status.REPLACED))
        line_id = session.scalars(select(GiftLineRow.id).where(GiftLineRow.gift_id == stray.id)).one()
        facts = {"attestation_id": papers[0].id, "line_id": line_id, "gift_id": stray.id}
        session.add(AttestationLineRow(**facts, given_on=stray.given_on, cents=3000))
        session.execute(update(NumbersRow).values(last=5))
    drawer = at_work.cabinet.folder / str(YEAR)
    (drawer / f"{uids[2]}.pdf.sealed").unlink()
    (drawer / f"{uids[3]}.pdf.sealed").write_bytes((drawer / f"{uids[0]}.pdf.sealed").read_bytes())
    ran = CliRunner().invoke(cli.command, ["verify", str(YEAR), "--json"])
    found = [(one["number"], one["version"], one["flaw"]) for one in json.loads(ran.stdout)["flaws"]]
    assert (ran.exit_code, found) == (
        1,
        [(1, 1, "amount"), (2, 1, "versions"), (3, 1, "paper"), (4, 1, "paper"), (5, 0, "gap")],
    )
    with house.database.reading() as session:
        other = Seal(Keyring(use="attestations", keys=((1, b"k" * 32),)))
        flaws = proving.prove(session, other, at_work.cabinet, YEAR).flaws
    assert {one.flaw for one in flaws} == set(proving.Flaw)


def test_what_is_filed_again_after_a_restore_says_the_same_of_everybody(
    house: Assembly, donor: NewDonor, give: Give
) -> None:
    with house.database.transaction() as session:
        for cents in (5000, 6000):
            give(session, donor(session), cents)
    locked(house)
    files = []
    for _ in range(2):
        with house.database.rehearsing() as session:  # what is noted here is gone, as it is from a backup
            desk = attesting_house(house)
            prepared = filing.prepare(session, desk, YEAR, Format.BELCOTAX_XML_2024)
            files.append("".join(filing.pieces(session, desk, prepared, at=NOW)))
            filing.note(session, desk, prepared, content_print=files[-1], at=NOW, by=PROPOSER)
    assert files[0] == files[1]


def test_a_backup_from_before_the_lock_gives_no_number_twice(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        give(session, donor(session), 5000)
        service.check(session, YEAR, at=NOW, by=PROPOSER)
    with house.database.rehearsing() as session:  # what is numbered here is gone, as it is from a backup
        (run,) = service.runs(session, YEAR)
        desk = attesting_house(house)
        service.lock(session, desk, run.id, at=NOW, by=PROPOSER)
        uid = session.scalars(select(AttestationRow.uid)).one()
        desk.cabinet.put(desk.seal, YEAR, uid, b"%PDF-")
    with pytest.raises(PapersUnknown), house.database.transaction() as session:
        service.lock(session, attesting_house(house), run.id, at=NOW, by=PROPOSER)
    with house.database.reading() as session:
        assert service.totals(session, YEAR) == (0, 0, 0)
    desk.cabinet.empty(YEAR)
    assert locked(house).count == 1


def test_two_colleagues_who_lock_at_once_number_once(house: Assembly, donor: NewDonor, give: Give) -> None:
    with house.database.transaction() as session:
        for _ in range(5):
            give(session, donor(session), 5000)
        run, _ = service.check(session, YEAR, at=NOW, by=PROPOSER)

    def lock(by: int) -> Run:
        with house.database.transaction() as session:
            return service.lock(session, attesting_house(house), run.id, at=NOW, by=AccountId(by))

    with ThreadPoolExecutor(2) as both:
        first, second = both.map(lock, (7, 8))
    with house.database.reading() as session:
        assert (first, service.totals(session, YEAR)) == (second, (5, 25000, 5))
