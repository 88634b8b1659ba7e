"""The run: frozen once, kept as it was, supplemented, exported as it is shown, whatever happens in between."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import MAGAZINE, Act, Channel, NewAct, Way
from crm.consent.policy import EVERYWHERE
from crm.contracts.personal_data import Erasing
from crm.magazine import checking, freezing, labels, personal_data, printing, rules, service, store
from crm.magazine.errors import IssueFrozen, IssueOpen, IssuePast, NobodyToMail, NoPdf, NumberTaken
from crm.magazine.model import Basis, Eligibility, Format, IssueRun, Reason, RunKind, Subscription
from crm.magazine.printing import Wanted
from crm.magazine.tables import CopyRow, IssueRunRow
from crm.people import contacts, households, terms
from crm.people import personal_data as people_personal_data
from crm.people import service as people
from crm.people.model import PersonKind, Position, Title
from crm.people.terms import Terms
from crm.privacy import erasing
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from mailing.correspondence import issues
from mailing.delivery.tables import BodyRow, DeliveryRow
from tests.conftest import NOW
from tests.magazine.conftest import HOME, PLAN, TODAY, Reader

PARIS = PostalAddress(street="Rue de Rivoli", number="5", postcode="75001", locality="Paris", country="FR")


def frozen(session: Session) -> IssueRun:
    """The issue of the house, frozen."""
    return freezing.freeze(session, service.issues(session)[0].id, by=None, at=NOW)


def files(session: Session, run: IssueRun, **wanted: Any) -> tuple[printing.Manifest, dict[str, bytes]]:
    """What leaves for the printer."""
    kept = io.BytesIO()
    manifest = printing.write(session, run.id, kept, Wanted(**wanted), at=NOW)
    with ZipFile(kept) as zipped:
        return manifest, {name: zipped.read(name) for name in zipped.namelist()}


def test_an_issue_is_frozen_once_and_keeps_its_rule(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        reader(session)
        first = service.save_rule(session, Eligibility(grace_months=1), note="Un mois de grâce", by=None, at=NOW)
        run = frozen(session)
        issue_id = run.issue_id
    with house.database.transaction() as session, pytest.raises(IssueFrozen):
        freezing.freeze(session, issue_id, by=None, at=NOW)
    with house.database.transaction() as session:
        service.save_rule(session, Eligibility(said=frozenset()), note="", by=None, at=NOW)
        assert service.rule_of(session, service.issue(session, issue_id)) == first
        assert [one.kind for one in service.runs(session, issue_id)] == [RunKind.MAIN]
        with pytest.raises(IssueFrozen):
            service.change_issue(session, issue_id, replace(PLAN, drop_on=PLAN.drop_on + timedelta(days=1)))
        service.change_issue(session, issue_id, replace(PLAN, title="Autre titre", copy_cents=70))
        with pytest.raises(IssueFrozen):
            service.withdraw_issue(session, issue_id)
        with pytest.raises(NumberTaken):
            service.add_issue(session, PLAN)
    with house.database.reading() as session:
        row = session.scalars(select(IssueRunRow)).one()
        columns = {one.name: getattr(row, one.name) for one in row.__table__.columns if one.name != "id"}
        session.add(IssueRunRow(**columns))
        with pytest.raises(IntegrityError):
            session.flush()


def test_nothing_is_frozen_where_nobody_would_get_it(house: Assembly) -> None:
    with house.database.transaction() as session:
        issue = service.issues(session)[0]
        with pytest.raises(NobodyToMail):
            freezing.freeze(session, issue.id, by=None, at=NOW)
        with pytest.raises(IssueOpen):
            freezing.supplement(session, issue.id, by=None, at=NOW)
        assert service.issue(session, issue.id).frozen_at is None


def test_who_comes_after_is_late_and_then_welcome_and_nobody_gets_two(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        marie = reader(session, last_name="Maes")
        run = frozen(session)
        reader(session, last_name="Maes")  # the same household
        late = reader(session, last_name="Diallo")
        more = freezing.supplement(session, run.issue_id, by=None, at=NOW)
        assert (more.kind, more.place, more.mailed, more.entitled) == (RunKind.LATE, 1, 1, 2)
        with pytest.raises(NobodyToMail):
            freezing.supplement(session, run.issue_id, by=None, at=NOW)
        reader(session, last_name="Peeters")
        welcome = freezing.supplement(session, run.issue_id, by=None, at=NOW + timedelta(days=60))
        assert (welcome.kind, welcome.mailed) == (RunKind.WELCOME, 1)
        reader(session, last_name="Claes")
        coming = service.add_issue(
            session, replace(PLAN, number=125, drop_on=date(2027, 3, 12), home_on=date(2027, 3, 15))
        )
        assert service.withdraw_issue(session, coming.id) == coming
        coming = service.add_issue(session, coming.plan)
        freezing.freeze(session, coming.id, by=None, at=NOW)
        with pytest.raises(IssuePast):
            freezing.supplement(session, run.issue_id, by=None, at=NOW + timedelta(days=60))
        copies = session.execute(
            select(CopyRow.person_id, CopyRow.run_id).where(CopyRow.issue_id == run.issue_id).order_by(CopyRow.id)
        ).all()
        assert [tuple(one) for one in copies][:2] == [(marie, run.id), (late, more.id)]
        assert len({person_id for person_id, _ in copies}) == 3


def test_the_next_issue_says_who_is_new_who_is_gone_and_who_moved(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        stays, moves, dies, erased = (reader(session) for _ in range(4))
        loses = reader(session, said={"basis": Basis.PAID})
        frozen(session)
        erasing.erase(session, house.holdings, erased, at=NOW + timedelta(days=30))
        contacts.move(session, house.addresses, replace(HOME, number="18"), person_id=moves, at=NOW)
        people.record_death(session, dies, died_on=None, at=NOW)
        service.subscribe(session, Subscription(person_id=loses), by=None, at=NOW)
        reader(session)
        coming = service.add_issue(
            session,
            replace(
                PLAN, number=125, file_due_on=date(2027, 3, 1), drop_on=date(2027, 3, 12), home_on=date(2027, 3, 15)
            ),
        )
        found = freezing.outlook(session, coming, Eligibility(), at=NOW)
    assert found.before == 124
    apart = found.difference
    assert (apart.stayed, apart.moved, apart.new) == (1, 1, 1)
    assert apart.gone == {Reason.DECEASED: 1, None: 2}
    assert apart.lost == {Basis.PAID: 1, None: 1}
    assert store.from_json(store.as_json(found)) == found
    assert stays


def test_the_screen_the_file_and_the_manifest_agree(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        reader(session, said={"copies": 3}, title=Title.MADAM)
        reader(session, address=replace(HOME, complement="=2+5"))
        reader(session, last_name="Łuczak", first_name="Zoé", address=replace(HOME, number="17"))
        reader(session, address=PARIS, last_name="Martin", language=Language.NL)
        reader(
            session,
            said={"by_hand": True, "notes": "Sonner deux fois"},
            last_name="Renard",
            address=replace(HOME, street="Rue Haute"),
        )
        reader(session, kind=PersonKind.ORGANISATION, organisation_name="École du Lac", first_name="", last_name="")
        reader(session, said={"basis": Basis.STAFF}, last_name="Témoin")
        reader(session, said={"format": Format.PDF})
        work = checking.work_list(session, service.issues(session)[0], Eligibility(), at=NOW)
        before = [(one.printed, one.is_lost) for one in work.odd]
        run = frozen(session)
        seeds, hand = printing.marked(session, run.id, "seed"), printing.marked(session, run.id, "hand")
        notes = service.delivery_notes(session, [one.person_id for one in hand])
        handed = [(one.last_name, notes[one.person_id]) for one in hand]
        manifest, found = files(session, run, xlsx=True, mail_id=True)
        outlook = service.outlook_of(session, run.id)
        odd = printing.odd(session, run.id)
    assert (run.mailed, run.copies) == (manifest.rows, manifest.copies) == (7, 9)
    assert (outlook.funnel.mailed, outlook.funnel.copies) == (7, 9)
    assert manifest.countries == {"BE": 8, "FR": 1} == outlook.funnel.countries
    tables = {name: content for name, content in found.items() if name.endswith("utf8.csv")}
    rows = [
        row
        for content in tables.values()
        for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")
    ]
    assert len(rows) == manifest.rows
    assert sum(int(row["copies"]) for row in rows) == manifest.copies
    assert sorted(int(row["seq"]) for row in rows) == list(range(1, 8))
    assert sorted(found) == [
        "le-fil-124-be-fr-utf8.csv",
        "le-fil-124-be-fr-windows1252.csv",
        "le-fil-124-be-fr.xlsx",
        "le-fil-124-etranger-nl-utf8.csv",
        "le-fil-124-etranger-nl-windows1252.csv",
        "le-fil-124-etranger-nl.xlsx",
        "le-fil-124-mail-id-a-verifier.xml",
        "le-fil-124-manifeste.json",
        "le-fil-124-remise-fr-utf8.csv",
        "le-fil-124-remise-fr-windows1252.csv",
        "le-fil-124-remise-fr.xlsx",
    ]
    for part in manifest.parts:
        assert hashlib.sha256(found[part.name]).hexdigest() == part.sha256
    said = json.loads(found["le-fil-124-manifeste.json"])
    assert (said["rows"], said["copies"], said["purge_on"]) == (7, 9, str(TODAY + timedelta(days=30)))
    told = "".join(content.decode() for content in tables.values())
    assert [leak for leak in ("@", "+32", "staff", "1980") if leak in told] == []
    assert "'=2+5" in tables["le-fil-124-be-fr-utf8.csv"].decode()
    windows = found["le-fil-124-be-fr-windows1252.csv"].decode("windows-1252")
    assert "Zoé;Luczak" in windows
    assert "Zoé;Łuczak" in tables["le-fil-124-be-fr-utf8.csv"].decode()
    assert [(one.printed, one.is_lost) for one in odd] == [("Zoé Luczak", False)] == before
    assert [one.last_name for one in seeds] == ["Témoin"]
    assert (manifest.seeds, said["seeds"]) == (1, 1)
    assert handed == [("Renard", "Sonner deux fois")]
    assert [row["consignes"] for row in rows if row["nom"] == "Renard"] == ["Sonner deux fois"]
    assert [rules.is_printable_note(one) for one in ("Porte 12, 3e étage", "0470 12 34 56", "a@b.be", "3/4/1980")] == [
        True,
        False,
        False,
        False,
    ]
    assert manifest.transliterated == 1
    assert found["le-fil-124-mail-id-a-verifier.xml"].count(b"<Item ") == 5


def test_who_dies_objects_or_is_erased_after_the_freeze_is_taken_out_and_said(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        stays, dies, objects, goes = (reader(session) for _ in range(4))
        run = frozen(session)
    with house.database.transaction() as session:
        people.record_death(session, dies, died_on=None, at=NOW)
        word = NewAct(
            person_id=objects, purpose=MAGAZINE, address_key=EVERYWHERE, act=Act.OBJECTED, way=Way.PHONE,
            occurred_at=NOW, channel=Channel.POST,
        )  # fmt: skip
        consent.record(session, house.sealer, word, at=NOW)
        erasing.erase(session, house.holdings, goes, at=NOW)
    with house.database.transaction() as session:
        assert printing.strike(session, run.id, at=NOW) == 2
        assert printing.strike(session, run.id, at=NOW) == 0
        manifest, found = files(session, run, xlsx=False)
        assert [one.person_id for one in printing.copies(session, run.id)] == [stays]
        assert manifest.removed == {"deceased": 1, "objected": 1, "erased": 1}
        assert (manifest.rows, service.run(session, run.id).removed) == (1, 3)
        bare = session.scalars(select(CopyRow).where(CopyRow.person_id == goes)).one()
        assert (bare.last_name, bare.lines, bare.box_key, bare.street) == ("", "", "", "")
        assert printing.note(session, run.id, manifest, recipient="", by=None, at=NOW)
        assert printing.left(session, [run.id])[0].removed == 3
        people.retract_death(session, dies)
        late = freezing.supplement(session, run.issue_id, by=None, at=NOW)
        assert [one.person_id for one in printing.copies(session, late.id)] == [dies]
        with pytest.raises(NobodyToMail):
            freezing.supplement(session, run.issue_id, by=None, at=NOW)
        long_after = NOW + timedelta(days=200)
        assert printing.overdue(session, today=long_after.date()) == {run.issue_id: 1}
        erasing.erase(session, house.holdings, stays, at=long_after)
        assert (service.run(session, run.id).removed, service.run(session, late.id).removed) == (3, 0)
        printing.strike(session, run.id, at=long_after)
        assert list(printing.copies(session, run.id)) == []
    assert "Dupont" in b"".join(found.values()).decode("utf-8", "replace")


def test_a_season_and_an_address_of_their_own_choice_come_first(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        winter, named = reader(session, last_name="Hiver"), reader(session, last_name="Choix")
        sea = replace(HOME, street="Digue de Mer", number="1", postcode="8400", locality="Oostende", box="")
        for who, season in ((winter, ("12-01", "02-28")), (named, ("", ""))):
            at_sea = contacts.add_address(session, house.addresses, sea, person_id=who, at=NOW)
            terms.of_address(session, at_sea.id, Terms(usage=at_sea.usage, season=season))
        service.subscribe(
            session, Subscription(person_id=named, basis=Basis.PAID, address_id=at_sea.id), by=None, at=NOW
        )
        run = frozen(session)
        assert {one.last_name: one.street for one in printing.copies(session, run.id)} == {
            "Hiver": "Digue de Mer",
            "Choix": "Digue de Mer",
        }


def test_a_household_of_two_surnames_gets_one_copy_in_its_name(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        one, other = reader(session, last_name="Maes"), reader(session, last_name="Diallo")
        issue = service.issues(session)[0]
        apart = freezing.outlook(session, issue, Eligibility(), at=NOW).funnel
        households.found(session, [one, other], at=NOW)
        together = freezing.outlook(session, issue, Eligibility(), at=NOW).funnel
    assert (apart.mailed, apart.mixed, apart.excluded) == (2, 1, {})
    assert (together.mailed, together.mixed, together.excluded) == (1, 0, {Reason.HOUSEHOLD: 1})


def test_a_copy_of_a_household_bears_the_name_of_its_living_members(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:

        def lines() -> dict[int, str]:
            with session.begin_nested() as trial:
                run = frozen(session)
                copies = session.scalars(select(CopyRow).where(CopyRow.run_id == run.id)).all()
                found = {copy.person_id: copy.lines.splitlines()[0] for copy in copies}
                trial.rollback()
            return found

        marie = reader(session, last_name="Maes")
        jean = reader(session, first_name="Jean", last_name="Maes", address=None)
        lou = reader(session, first_name="Lou", last_name="Maes", said={"own_copy": True})
        alone = reader(session, last_name="Peeters", address=replace(HOME, number="99"))
        home = households.found(session, [marie, jean], at=NOW)
        own = {lou: "Lou Maes", alone: "Marie Peeters"}
        assert lines() == {marie: "Marie et Jean Maes"} | own
        households.name(session, home.id, on_envelope="Les Maes-Dumont", greeting="")
        assert lines() == {marie: "Les Maes-Dumont"} | own
        people.record_death(session, jean, died_on=None, at=NOW)
        assert lines() == {marie: "Marie Maes"} | own
        people.retract_death(session, jean)
        assert lines() == {marie: "Les Maes-Dumont"} | own
        households.name(session, home.id, on_envelope="", greeting="")
        for hand in ("", "Les Maes-Dumont"):
            with session.begin_nested() as trial:
                households.name(session, home.id, on_envelope=hand, greeting="")
                run = frozen(session)
                no = NewAct(person_id=jean, purpose=MAGAZINE, address_key=EVERYWHERE, act=Act.OBJECTED, way=Way.PHONE,
                            occurred_at=NOW, channel=Channel.POST)  # fmt: skip
                consent.record(session, house.sealer, no, at=NOW)
                assert printing.strike(session, run.id, at=NOW) == 0
                copies = session.scalars(select(CopyRow).where(CopyRow.run_id == run.id)).all()
                assert {copy.person_id: copy.lines.splitlines()[0] for copy in copies} == {marie: "Marie Maes"} | own
                trial.rollback()
        with session.begin_nested() as trial:
            run = frozen(session)
            people.record_death(session, jean, died_on=None, at=NOW + timedelta(minutes=1))
            assert printing.strike(session, run.id, at=NOW) == 0
            copies = session.scalars(select(CopyRow).where(CopyRow.run_id == run.id)).all()
            assert {copy.person_id: copy.lines.splitlines()[0] for copy in copies} == {marie: "Marie Maes"} | own
            trial.rollback()
        with session.begin_nested() as trial:
            run = frozen(session)
            subject = people_personal_data.subject(session, jean)
            assert subject is not None
            erasing_now = Erasing(at=NOW, sealer=house.sealer, home=house.settings.home)
            personal_data.erase(session, subject, erasing_now)
            copies = session.scalars(select(CopyRow).where(CopyRow.run_id == run.id)).all()
            assert {copy.person_id: copy.lines.splitlines()[0] for copy in copies} == {marie: "Marie Maes"} | own
            trial.rollback()
        households.put(session, home.id, marie, position=Position.CHILD, is_on_envelope=False, at=NOW)
        households.put(session, home.id, lou, position=Position.OTHER, is_on_envelope=True, at=NOW)
        assert lines() == {marie: "Marie Maes"} | own


def test_labels_are_paper(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        reader(session, said={"copies": 2})
        run = frozen(session)
        chosen = list(printing.copies(session, run.id))
    paper = labels.pdf(chosen, labels.SHEETS["L7160"], title="Étiquettes", at=NOW)
    assert paper.startswith(b"%PDF")
    assert labels.facts(chosen, labels.SHEETS["L7163"], title="x")["labels"] == [
        {"lines": list(chosen[0].lines), "mark": f"{chosen[0].member_number} × 2"}
    ]


def test_whoever_reads_the_pdf_is_mailed_it_once_by_a_link_that_names_nobody(house: Assembly, reader: Reader) -> None:
    with house.database.transaction() as session:
        for place, wanted in enumerate((Format.PDF, Format.BOTH, Format.PAPER, Format.PDF)):
            email = EmailAddress.parse(f"lectrice-{place}@exemple.test") if place < 3 else None
            reader(session, said={"format": wanted}, email=email)
        no = reader(session, said={"format": Format.PDF}, email=EmailAddress.parse("non@exemple.test"))
        objects = NewAct(
            person_id=no, purpose=MAGAZINE, address_key=EVERYWHERE, act=Act.OBJECTED, way=Way.PHONE, occurred_at=NOW
        )
        consent.record(session, house.sealer, objects, at=NOW)
        run = frozen(session)
        issue = service.issue(session, run.issue_id)
        assert issues.reader_count(session, issue, at=NOW) == 2
        mailing = issues.send(session, house.desk, issue, at=NOW)
        assert issues.send(session, house.desk, issue, at=NOW).id == mailing.id
        owed = session.scalars(select(DeliveryRow).where(DeliveryRow.mailing_id == mailing.id)).all()
        bodies = session.scalars(select(BodyRow).where(BodyRow.mailing_id == mailing.id)).all()
        for body in bodies:  # shared by all readers; the one link that leaves our house is bare
            links = re.findall(r"https?://[^\s\"'<>)]+", body.html + body.text)
            assert {link for link in links if "www.exemple.test" in link} == {PLAN.pdf_url}
        assert len(bodies) == len({body.language for body in bodies})
        assert not any("pdf" in str(one.values) for one in owed)
        assert sorted(one.address for one in owed) == ["lectrice-0@exemple.test", "lectrice-1@exemple.test"]
        service.change_issue(session, issue.id, replace(issue.plan, pdf_url=""))
        with pytest.raises(NoPdf):
            issues.send(session, house.desk, service.issue(session, issue.id), at=NOW)
