"""Other questions that fundraisers ask, each with those who answer it and those who just do not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from crm.actions.model import RegistrationState
from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.donations.model import GENERAL, GiftKind
from crm.donations.tables import AppealRow, CampaignRow, FundRow, SourceRow
from crm.fundraising.model import Removal
from crm.fundraising.tables import RecipientRow
from crm.people.model import Sensitivity
from crm.rooms import QUESTIONS
from crm.segments.catalogue import checked
from crm.segments.library import BY_KEY
from crm.segments.model import Condition, Every, Near, Not, Some, Span, Test, Tree, Words, Year
from crm.values.belgium.localities import Province
from crm.values.identifiers import PersonId
from crm.values.postal_address import PostalAddress
from crm.web.office.segment_draft import drafted
from crm.web.office.segment_form import built
from tests.conftest import NOW
from tests.segments import sowing
from tests.segments.conftest import TODAY, both, give, person

MONS = PostalAddress(street="Rue Haute", number="1", postcode="7000", locality="Mons")
JURBISE = PostalAddress(street="Rue Haute", number="1", postcode="7050", locality="Jurbise")
UCCLE = PostalAddress(street="Rue Haute", number="1", postcode="1180", locality="Uccle")
ABROAD = PostalAddress(street="rue Haute", number="1", postcode="7000", locality="Mons", country="FR")
Sow = Callable[[Session, Assembly, dict[str, PersonId]], None]


def _where(source: str, *tests: Test, measure: Measure = Measure.HAS, asks: Span | None = None) -> Condition:
    return Condition(source=source, measure=measure, where=tests, asks=asks)


def _is(column: str, *values: str) -> Test:
    return Test(column=column, asks=Words(values=frozenset(values)))


def _most(column: str, high: int) -> Test:
    return Test(column=column, asks=Span(high=high))


def _debits(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    session.add(CampaignRow(id=1, code="NOEL", name="N"))
    session.flush()
    session.add(AppealRow(id=1, campaign_id=1, code="NOEL-1", name="N", starts_on=date(2026, 1, 5), cost_cents=0))
    session.flush()
    session.add(SourceRow(code="NOEL-1-A", appeal_id=1, package="A", cell="1"))
    for name, home in {"yes": MONS, "answered": MONS, "here": UCCLE, "ended": MONS, "never": MONS}.items():
        who[name] = person(session, assembly, name, address=home)
        if name != "never":
            sowing.promise(session, who[name], 1000, TODAY - timedelta(days=90),
                           ended_on=TODAY if name == "ended" else None)  # fmt: skip
    give(session, assembly, who["answered"], 1000, TODAY, source_code="NOEL-1-A")


def _events(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    day = TODAY - timedelta(days=200)
    event, secret = sowing.event(session, day), sowing.event(session, day, sensitivity=Sensitivity.SENSITIVE)
    for name, after in {"yes": 90, "same-day": 0, "late": 91, "before": -1, "absent": 30, "secret": 30}.items():
        who[name] = person(session, assembly, name)
        state = RegistrationState.REGISTERED if name == "absent" else RegistrationState.ATTENDED
        sowing.came(session, who[name], secret if name == "secret" else event, state)
        give(session, assembly, who[name], 1000, day + timedelta(days=after))


def _cancelled(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    event = sowing.event(session, TODAY)
    for name, state in zip(("came", "comes", "cancelled"), ("attended", "registered", "cancelled"), strict=True):
        who[name] = person(session, assembly, name)
        sowing.came(session, who[name], event, RegistrationState(state))


def _averages(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    amounts = {"yes": (2000, 3000, 4001), "just-not": (2000, 3000, 3999), "two": (9000, 9000)}
    for name, several in amounts.items():
        who[name] = person(session, assembly, name)
        for back, cents in enumerate(several):
            give(session, assembly, who[name], cents, TODAY - timedelta(days=back))


def _ages(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    for name, born in {"yes": date(1956, 11, 23), "tomorrow": date(1956, 11, 24), "unknown": None}.items():
        who[name] = person(session, assembly, name, birth_on=born)


def _streets(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    for name, supplier, ended in (
        ("yes", "Rue", date(2026, 6, 30)), ("late", "Rue", date(2026, 7, 1)), ("stays", "Rue", None),
        ("other", "Porte", date(2026, 2, 1)),
    ):  # fmt: skip
        who[name] = person(session, assembly, name)
        sowing.promise(session, who[name], 1000, date(2026, 1, 1), supplier=supplier, ended_on=ended)


def _places(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    for name, home in {"yes": MONS, "near": JURBISE, "far": UCCLE, "abroad": ABROAD, "nowhere": None}.items():
        who[name] = person(session, assembly, name, address=home)


def _households(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    for name, cents in {
        "yes": 3000,
        "with-yes": 2000,
        "alone": 5000,
        "little": 4999,
        "poor": 100,
        "with-poor": 0,
    }.items():
        who[name] = person(session, assembly, name)
        if cents:
            give(session, assembly, who[name], cents, TODAY)
    sowing.household(session, who["yes"], who["with-yes"])
    sowing.household(session, who["poor"], who["with-poor"])


def _appeals(session: Session, assembly: Assembly, who: dict[str, PersonId]) -> None:
    names = ("yes", "late", "monthly", "coded", "uncoded", "twice", "control", "taken-out")
    who |= {name: person(session, assembly, name) for name in names}
    session.add(CampaignRow(id=1, code="NOEL26", name="N"))
    session.flush()
    for nth, back in enumerate((300, 200, 100), start=1):
        day, code = TODAY - timedelta(days=back), f"NOEL26-P{nth}"
        session.add(AppealRow(id=nth, campaign_id=1, code=code, name="N", starts_on=day, cost_cents=0))
        session.flush()
        session.add(SourceRow(code=f"{code}-A-01", appeal_id=nth, package="A", cell="1"))
        session.flush()
        arms = {who[name]: "control" if name == "control" and nth == 3 else "mailed" for name in names}
        sowing.asked(session, nth, day, arms if nth < 3 else {one: arms[one] for one in arms if one != who["twice"]})
    gone = update(RecipientRow).where(RecipientRow.appeal_id == 3, RecipientRow.person_id == who["taken-out"])
    session.execute(gone.values(removal=Removal.BY_HAND, removed_at=NOW))
    give(session, assembly, who["late"], 1000, TODAY - timedelta(days=209))
    give(session, assembly, who["monthly"], 1000, TODAY - timedelta(days=290), kind=GiftKind.INSTALMENT)
    give(session, assembly, who["coded"], 1000, TODAY, source_code="NOEL26-P1-A-01")
    give(session, assembly, who["uncoded"], 1000, TODAY - timedelta(days=210))


QUESTIONS_ASKED: dict[str, tuple[Sow, tuple[Tree, ...], set[str]]] = {
    "give by direct debit, not in Brussels, never through an appeal": (
        _debits,
        (
            _where("plan", _is("state", "active"), _is("way", "direct-debit")),
            Not(part=_where("address", _is("province", Province.BRUSSELS.value))),
            Not(part=_where("gift", _is("campaign", "NOEL"))),
        ),
        {"yes"},
    ),
    "gave within three months of an event they came to": (
        _events, (_where("gift", _most("event_days", 90)),), {"yes", "same-day"},
    ),
    "give more than 30 € on average, over three gifts or more": (
        _averages,
        (
            _where("gift", measure=Measure.AVERAGE, asks=Span(low=3000)),
            _where("gift", measure=Measure.COUNT, asks=Span(low=3)),
        ),
        {"yes"},
    ),
    "are 70 or older": (_ages, (_where("person", Test(column="birth_on", asks=Span(low=70))),), {"yes"}),
    "came by one street recruiter and left within six months": (
        _streets, (_where("plan", _is("state", "ended"), _is("supplier", "Rue"), _most("months", 5)),), {"yes"},
    ),
    "live in a household that gave 50 € or more, whoever of it did": (
        _households,
        (_where("household_gift", measure=Measure.SUM, asks=Span(low=5000)),),
        {"yes", "with-yes", "alone"},
    ),
    "were asked three times this year and never answered": (
        _appeals,
        (
            Condition(
                source="asked", measure=Measure.COUNT, where=(_is("arm", "mailed"),), window=Year(shift=0),
                asks=Span(low=3),
            ),
            Not(part=_where("asked", _is("arm", "mailed"), _is("reply", "gave"))),
        ),
        {"yes", "late", "monthly"},
    ),
    "were asked by one appeal and did not answer it, or left alone by another": (
        _appeals,
        (
            Some(
                parts=(
                    _where("asked", _is("arm", "mailed"), _is("appeal", "NOEL26-P1"), _is("reply", "silent")),
                    _where("asked", _is("arm", "control"), _is("appeal", "NOEL26-P3")),
                ),
                least=2,
            ),
        ),
        {"control"},
    ),
    "are registered for an event": (_cancelled, (_where("registration"),), {"came", "comes"}),
    "cancelled their registration": (_cancelled, (_where("registration", _is("state", "cancelled")),), {"cancelled"}),
    "are prospects": (_cancelled, (BY_KEY["prospect"].tree or Every(),), {"came", "comes"}),
    "live less than 20 km from Mons": (
        _places,
        (_where("address", Test(column="distance", asks=Near(postcode="7000", kilometres=20))),),
        {"yes", "near"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("asked", QUESTIONS_ASKED)
def test_what_fundraisers_ask_besides_is_built_and_answered(assembly: Assembly, asked: str) -> None:
    sow, parts, expected = QUESTIONS_ASKED[asked]
    who: dict[str, PersonId] = {}
    tree = checked(Every(parts=parts), QUESTIONS)
    assert built(drafted(tree, QUESTIONS), QUESTIONS, lambda _: True).tree == tree
    with assembly.database.reading() as session:
        session.merge(FundRow(code=GENERAL, name="Général", is_open=True))
        session.flush()
        sow(session, assembly, who)
        assert both(session, tree, who) == expected
