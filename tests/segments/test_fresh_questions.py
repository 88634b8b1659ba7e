"""More questions of fundraisers, built in the builder: whoever answers, whoever just does not, and SQL by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import text, update
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.attestations.model import HandWay, Status
from crm.collections.model import CollectionState
from crm.consent import paces
from crm.consent import service as consent
from crm.consent.model import Act, Channel, NewAct, Purpose, Way
from crm.consent.pace import Rhythm
from crm.donations.tables import AppealRow, CampaignRow, FundRow, GiftRow, SourceRow, ThanksRow
from crm.donations.thanking import ThankWay
from crm.duplicates.tables import PairRow
from crm.fundraising.call_model import CallOutcome, Finding, ReportState
from crm.fundraising.tables import CallReportRow, CallResultRow
from crm.magazine import service as magazine
from crm.magazine.model import Basis, Format, Subscription
from crm.members import service as members
from crm.people import service as people
from crm.people.model import Deliverability
from crm.people.tables import PostalAddressRow
from crm.rooms import QUESTIONS
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress
from crm.web.office.segment_draft import drafted
from crm.web.office.segment_form import built
from tests.conftest import NOW
from tests.magazine.conftest import furnish
from tests.members.conftest import pay_fee
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, give, person
from tests.segments.fresh import FRESH

Somebody = Callable[..., PersonId]
_NTH = count(1)


def home(postcode: str, locality: str) -> PostalAddress:
    """A letter box of its own."""
    return PostalAddress(street="Rue Neuve", number=str(next(_NTH)), postcode=postcode, locality=locality)


def test_each_is_built_in_the_builder_and_answers_as_sql_written_by_hand(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        everyone = sow(session, assembly)
        names = {number: name for name, number in everyone.items()}
        for key, (tree, where) in FRESH.items():
            draft = drafted(tree, QUESTIONS)
            assert {node.kind for node in draft} <= {"group", "if"}, key
            again = built(draft, QUESTIONS, lambda _source: True)
            assert (again.tree, again.incomplete) == (tree, frozenset()), key
            found = both(session, tree, everyone)
            said = f"select p.id from person p where p.deceased_recorded_at is null and ({where})"
            assert found == {names[number] for number in session.scalars(text(said))}, key
            assert f"{key} yes" in found, key
            assert not found & {name for name in names.values() if name.startswith(f"{key} no")}, key
    assert len(FRESH) >= 25


def sow(session: Session, assembly: Assembly) -> dict[str, PersonId]:
    """For each question somebody who answers it, and others who nearly do."""
    everyone: dict[str, PersonId] = {}

    def somebody(name: str, **facts: object) -> PersonId:
        everyone[name] = person(session, assembly, name, **facts)
        return everyone[name]

    def gives(name: str, *gifts: tuple[int, str], **facts: Any) -> PersonId:
        who = everyone.get(name) or somebody(name)
        for euros, day in gifts:
            give(session, assembly, who, euros * 100, date.fromisoformat(day), **facts)
        return who

    session.add_all([FundRow(code="urgences", name="Urgences", is_open=True), CampaignRow(id=1, code="C", name="C")])
    furnish(session)
    for number, (code, day) in enumerate((("A24", "2024-03-01"), ("A25", "2025-03-01")), start=1):
        starts = date.fromisoformat(day)
        session.add(AppealRow(id=number, campaign_id=1, code=code, name=code, starts_on=starts, cost_cents=0))
        session.flush()
        session.add(SourceRow(code=f"{code}-A", appeal_id=number, package="A", cell="1"))
        session.flush()
    consent.put_purpose(session, Purpose(code="news", names={"fr": "Nouvelles"}, promises={}, position=1))
    _gifts(session, assembly, gives)
    _places(session, assembly, somebody)
    _plans(session, somebody)
    _words(session, assembly, somebody, gives)
    _papers(session, somebody)
    pay_fee(session, assembly, somebody("fees and nothing more yes"), on=TODAY - timedelta(days=100))
    pay_fee(session, assembly, gives("fees and nothing more no1", (5, "2020-01-01")), on=TODAY - timedelta(days=100))
    pay_fee(session, assembly, somebody("fees and nothing more no2"), on=TODAY - timedelta(days=800))
    members.catch_up(session, at=NOW)
    somebody("of no known age yes")
    somebody("of no known age no1", birth_on=date(1961, 5, 28))
    return everyone


def _gifts(session: Session, assembly: Assembly, gives: Callable[..., PersonId]) -> None:
    decembers = ((20, "2023-12-04"), (50, "2024-12-31"), (20, "2025-12-01"))
    gives("small december yes", *decembers)
    gives("small december no1", *decembers, (51, "2022-01-01"))
    gives("small december no2", *decembers[:2], (20, "2025-11-30"))
    key = "largest gift by an appeal of 2024"
    gives(f"{key} yes", (80, "2024-04-01"), source_code="A24-A")
    gives(f"{key} yes", (80, "2025-04-01"), (5, "2019-01-01"))
    gives(f"{key} no1", (80, "2024-04-01"), source_code="A24-A")
    gives(f"{key} no1", (81, "2019-01-01"))
    gives(f"{key} no2", (80, "2025-04-01"), source_code="A25-A")
    gives("thrice in two years yes", (5, "2024-11-24"), (5, "2025-01-01"), (5, "2026-11-23"), (5, "2024-11-23"))
    gives("thrice in two years no1", (5, "2024-11-24"), (5, "2025-01-01"), (5, "2024-11-23"))
    gives("thrice in two years no2", *((5, f"2026-0{n}-01") for n in (1, 2, 3, 4)))
    gives("first gift, its day next month yes", (5, "2019-12-31"), (5, "2026-01-02"))
    gives("first gift, its day next month no1", (5, "2019-11-30"), (5, "2025-12-10"))
    gives("last month, not this one yes", (5, "2026-10-31"))
    gives("last month, not this one no1", (5, "2026-10-31"), (5, "2026-11-01"))
    gives("last month, not this one no2", (5, "2026-09-30"))
    gives("half as much again as last year yes", (10, "2025-12-31"), (15, "2026-01-01"))
    gives("half as much again as last year no1", (10, "2025-12-31"), (14, "2026-01-01"))
    gives("half as much again as last year no2", (14, "2026-01-01"))
    gives("30 € a gift over the last three yes", (1, "2019-01-01"), (30, "2020-01-01"), (29, "2021-01-01"),
          (31, "2022-01-01"))  # fmt: skip
    gives("30 € a gift over the last three no1", (99, "2019-01-01"), (30, "2020-01-01"), (29, "2021-01-01"),
          (30, "2022-01-01"))  # fmt: skip
    gives("30 € a gift over the last three no2", (99, "2019-01-01"), (99, "2020-01-01"))
    key = "one fund twice, and no other"
    gives(f"{key} yes", (5, "2019-01-01"), (5, "2020-01-01"), fund="urgences")
    gives(f"{key} no1", (5, "2019-01-01"), (5, "2020-01-01"), fund="urgences")
    gives(f"{key} no1", (5, "2019-01-01"))
    gives(f"{key} no2", (5, "2019-01-01"), fund="urgences")
    key = "thanked by phone this year"
    for name, day, way in (("yes", "2026-02-01", ThankWay.PHONE), ("no1", "2025-02-01", ThankWay.PHONE),
                           ("no2", "2026-02-01", ThankWay.LETTER)):  # fmt: skip
        who = gives(f"{key} {name}", (5, day))
        [gift] = session.query(GiftRow.id).filter_by(person_id=who)
        session.add(ThanksRow(gift_id=gift[0], way=way, thanked_at=NOW, thanked_by=None))
    key = "household of 250 €, nothing from this one"
    giver, other = (
        gives(f"{key} no1", (100, "2019-01-01"), (100, "2026-01-01")),
        gives(f"{key} no2", (50, "2020-01-01")),
    )
    sowing.household(session, giver, other, gives(f"{key} yes"))
    sowing.household(session, gives(f"{key} no3", (249, "2020-01-01")), gives(f"{key} no4"))


def _places(session: Session, assembly: Assembly, somebody: Somebody) -> None:
    for name, where in (("yes", ("4000", "Liège")), ("yes too", ("4100", "Seraing")), ("no1", ("7000", "Mons"))):
        somebody(f"near Liège {name}", address=home(*where))
    key, shared = "two at a letter box, no household", home("6700", "Arlon")
    for name in ("yes", "yes too"):
        somebody(f"{key} {name}", address=shared)
    somebody(f"{key} no1", address=home("6700", "Arlon"))
    gone = somebody(f"{key} no2", address=(alone := home("6700", "Arlon")))
    people.record_death(session, gone, died_on=None, at=NOW)
    somebody(f"{key} no3", address=alone)
    both_of = home("6700", "Arlon")
    sowing.household(session, *(somebody(f"{key} no{n}", address=both_of) for n in (4, 5)))
    key = "letters come back, mails arrive"
    for name, email in (("yes", EmailAddress.parse("a@exemple.be")), ("no1", None)):
        who = somebody(f"{key} {name}", address=home("5000", "Namur"), email=email)
        dead = update(PostalAddressRow).where(PostalAddressRow.person_id == who)
        session.execute(dead.values(deliverability=Deliverability.DEAD))
    somebody(f"{key} no2", address=home("5000", "Namur"), email=EmailAddress.parse("b@exemple.be"))


def _plans(session: Session, somebody: Somebody) -> None:
    key, lately = "of the street in 2023, still paying", TODAY - timedelta(days=30)
    came, back = (lately, CollectionState.RECEIVED, ""), (lately, CollectionState.RETURNED, "AM04")
    for name, day, supplier, fate in (
        ("yes", "2023-06-01", "Rue", came), ("no1", "2023-06-01", "Porte", came), ("no2", "2024-01-01", "Rue", came),
        ("no3", "2023-06-01", "Rue", back),
    ):  # fmt: skip
        begun = date.fromisoformat(day)
        sowing.promise(session, somebody(f"{key} {name}"), 1000, begun, supplier=supplier, fates=(fate,))
    for name, raised, ended in (("yes", "2025-11-24", None), ("no1", "2025-11-23", None), ("no2", "2026-01-01", TODAY)):
        who, on = somebody(f"raised within a year {name}"), date.fromisoformat(raised)
        sowing.promise(session, who, 1000, date(2024, 1, 1), raised_on=on, ended_on=ended)
    for name, signed in (("yes", "2023-11-22"), ("no1", "2023-11-24")):
        sowing.promise(session, somebody(f"mandates that sleep {name}"), 1000, date.fromisoformat(signed))
    key = "complained, and pay each month"
    for name, days, complains in (("yes", 10, True), ("no1", 10, False), ("no2", 200, True)):
        sowing.talked(session, who := somebody(f"{key} {name}"), TODAY - timedelta(days=days), is_complaint=complains)
        sowing.promise(session, who, 1000, date(2024, 1, 1))


def _words(session: Session, assembly: Assembly, somebody: Somebody, gives: Callable[..., PersonId]) -> None:
    [petition] = sowing.petitions(session, ("asile",))
    key = "signed, and said yes to the phone"
    for name, day, act in (("yes", "2026-09-01", Act.GIVEN), ("no1", "2026-08-31", Act.GIVEN),
                           ("no2", "2026-09-01", Act.REFUSED)):  # fmt: skip
        who = somebody(f"{key} {name}", phone=PhoneNumber.parse("0470 12 34 56"))
        sowing.sign(session, who, petition, date.fromisoformat(day))
        found = people.find_person(session, who)
        assert found is not None
        said = NewAct(person_id=who, purpose="news", address_key=found.contact_points[0].address_key, act=act,
                      way=Way.PHONE, channel=Channel.PHONE, occurred_at=NOW)  # fmt: skip
        consent.record(session, assembly.sealer, said, at=NOW)
    key = "gave within a month of an edition"
    names = [f"{key} {name}" for name in ("yes", "no1", "yes too", "no2")]
    several = [somebody(name) for name in names]
    sowing.sent(session, *several)
    session.execute(text("update delivery set state = 'accepted'"))
    session.expire_all()
    for name, back in zip(names, (0, 1, 0, None), strict=True):
        if back is not None:
            gives(name, (5, (TODAY - timedelta(days=back)).isoformat()))
    for name, until in (("yes", 0), ("no1", -1), ("no2", None)):
        paces.declare(
            session, assembly.sealer, person_id=somebody(f"a pause that still runs {name}"), channel=Channel.EMAIL,
            way=Way.STAFF, at=NOW - timedelta(days=9), rhythm=Rhythm.MONTHLY,
            pause_until_on=None if until is None else TODAY + timedelta(days=until),
        )  # fmt: skip
    for name, format_ in (("yes", Format.NONE), ("no1", Format.PAPER)):
        who = somebody(f"no magazine, though entitled {name}")
        magazine.subscribe(session, Subscription(person_id=who, basis=Basis.PAID, format=format_), by=None, at=NOW)


def _papers(session: Session, somebody: Somebody) -> None:
    key = "attestation of 2025 by post"
    sowing.attested(session, somebody(f"{key} yes"), 2025, 4000, HandWay.MAIL, HandWay.POST)
    sowing.attested(session, somebody(f"{key} no1"), 2025, 4000, HandWay.MAIL)
    sowing.attested(session, somebody(f"{key} no2"), 2024, 4000, HandWay.POST)
    key = "attested 40 € or more, twice"
    for name, several in (("yes", (4000, 5000)), ("no1", (4000, 3999)), ("no2", (4000,))):
        who = somebody(f"{key} {name}")
        for cents in several:
            sowing.attested(session, who, 2025, cents)
    sowing.attested(session, who, 2025, 9000, status=Status.CANCELLED)
    yes, no = somebody("perhaps held twice yes"), somebody("perhaps held twice no1")
    twin, other = somebody("perhaps held twice yes too"), somebody("perhaps held twice no2")
    for low, high, state in ((yes, twin, "open"), (no, other, "distinct")):
        session.add(PairRow(low_id=low, high_id=high, score=90, reasons=[], state=state, seen_at=NOW, later_at=None,
                            decided_at=None, decided_by=None))  # fmt: skip
    key = "promised on the phone, nothing since"
    sowing.asked(session, 1, TODAY - timedelta(days=200), {yes: "mailed"}, channel="phone")
    session.add(
        CallReportRow(id=1, appeal_id=1, agency="Voix", sha256="", language=Language.FR, state=ReportState.APPLIED,
                      read_at=NOW, read_by=None, applied_at=NOW, applied_by=None, purge_on=TODAY, purged_on=None)
    )  # fmt: skip
    session.flush()
    for line, (name, outcome) in enumerate((("yes", CallOutcome.PLEDGED), ("no1", CallOutcome.REFUSED)), start=1):
        session.add(
            CallResultRow(report_id=1, line=line, reference="", recipient_id=None, person_id=somebody(f"{key} {name}"),
                          outcome=outcome, called_on=TODAY, cents=None, is_monthly=False, remark="",
                          finding=Finding.NEW, done_at=NOW)
        )  # fmt: skip
    session.flush()
