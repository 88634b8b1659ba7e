"""Cost centres: one meaning in Python and in SQL; every cent stands once; what a closed month says never changes."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import appeals, books, centres, costing, service
from crm.donations.costing import CentreRule, Donors, Money
from crm.donations.model import GENERAL, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.donations.tables import AppealRow, FundRow, SourceRow
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, AppealId, CampaignId, PersonId
from tests.conftest import NOW
from tests.donations.conftest import donor

MARCH = date(2026, 3, 1)
SOURCES = (None, "A-1", "A-2", "B-1")
FUNDS = (GENERAL, "urgences")


def furnish(session: Session) -> tuple[list[CampaignId], list[AppealId]]:
    """Two campaigns, the first with two appeals; each appeal has one source."""
    session.add(FundRow(code="urgences", name="", is_open=True))
    campaigns = [appeals.add_campaign(session, code=code, name=code).id for code in "AB"]
    several = []
    for code, campaign in (("A-1", campaigns[0]), ("A-2", campaigns[0]), ("B-1", campaigns[1])):
        made = appeals.add_appeal(session, campaign, code=code, name=code, starts_on=MARCH, cost_cents=0)
        session.add(SourceRow(code=code, appeal_id=made.id, package="", cell=""))
        several.append(made.id)
    session.flush()
    return campaigns, several


def receive(session: Session, assembly: Assembly, who: PersonId, on: date, **facts: object) -> None:
    """A gift of 40 € in two lines where there is a second fund, with a fee that its provider kept."""
    lines = facts.pop("lines", (NewLine(cents=4000),))
    movement = Movement(method=Method.ONLINE, booked_on=on)
    new = NewGift(person_id=who, lines=lines, given_on=on, movement=movement, **facts)  # type: ignore[arg-type] # by name
    made = service.record(session, assembly.sealer, new, at=NOW)
    service.charge(session, assembly.sealer, made.id, movement, cents=30, at=NOW)


@settings(max_examples=5, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_sql_says_what_the_rule_says_and_every_cent_stands_once(assembly: Assembly, seed: int) -> None:
    chance = Random(seed)
    rules: list[dict[str, Any]] = [
        {
            "code": chance.choice(["640", "ACQ-{year}", "{yy}.1", "X{yy}-{year}"]),
            "place": chance.choice(["", "c0", "c1", "a0", "a1", "a2"]),
            "fund": chance.choice([None, *FUNDS]),
            "kind": chance.choice([None, GiftKind.ONE_OFF, GiftKind.MEMBERSHIP_FEE]),
            "donors": chance.choice(list(Donors)),
        }
        for _ in range(chance.randrange(7))
    ]
    gifts = [
        (chance.choice([2019, 2025, 2026]), chance.choice(SOURCES), chance.choice(FUNDS), chance.random() < 0.4)
        for _ in range(5)
    ]
    with assembly.database.reading() as session:
        campaigns, several = furnish(session)
        made = []
        for rule in rules:
            place, number = str(rule["place"])[:1], int(str(rule["place"])[1:] or 0)
            new = CentreRule(
                code=str(rule["code"]),
                campaign_id=campaigns[number] if place == "c" else None,
                appeal_id=several[number] if place == "a" else None,
                fund=rule["fund"],
                kind=rule["kind"],
                donors=rule["donors"],
            )
            try:
                made.append(centres.add_rule(session, new))
            except Invalid as twice:
                assert twice.field == "rule"  # noqa: PT017 - only a rule that is there already is refused
        of = dict(session.execute(select(SourceRow.code, SourceRow.appeal_id)).all())
        campaign_of = dict(session.execute(select(AppealRow.id, AppealRow.campaign_id)).all())
        expected: dict[str, int] = {}
        for year, source, fund, is_fee in gifts:
            who = donor(session, assembly)
            kind = GiftKind.MEMBERSHIP_FEE if is_fee else GiftKind.ONE_OFF
            lines = (NewLine(cents=4000, fund=fund, kind=LineKind.FEE if is_fee else LineKind.DONATION),)
            if year < 2026:
                receive(session, assembly, who, date(year, 6, 1), kind=kind, lines=lines, source_code=source)
            receive(session, assembly, who, MARCH, kind=kind, lines=lines, source_code=source)
            for of_fund, cents in ((fund, 4000), ("", -30)):
                appeal = of.get(source or "")
                money = Money(
                    campaign_id=None if appeal is None else CampaignId(campaign_of[appeal]),
                    appeal_id=None if appeal is None else AppealId(appeal),
                    fund=of_fund,
                    kind=kind,
                    acquired=year,
                    booked=2026,
                )
                code = costing.centre(made, money)
                expected[code] = expected.get(code, 0) + cents
        postings = books.journal(session, MARCH)
        balance = books.balance(postings)
        assert dict(balance.by_centre) == expected
        month = next(one for one in books.months(session) if one.month_on == MARCH)
        total = month.net_cents + month.fee_cents
        assert {sum(sums.values()) for sums in (balance.by_centre, balance.by_fund, balance.by_method)} == {total}
        service.close_month(session, MARCH, at=NOW, by=AccountId(1))
        for old in made:
            centres.drop_rule(session, old.id)
        centres.add_rule(session, CentreRule(code="NOUVEAU"))
        assert books.journal(session, MARCH) == postings
        who = donor(session, assembly)
        receive(session, assembly, who, MARCH)
        assert {one.centre for one in books.journal(session, NOW.date())} == {"NOUVEAU"}


def test_a_rule_that_cannot_be_is_refused(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        for wrong in ("", "A B", "{month}", "x" * 41, "é"):
            with pytest.raises(Invalid):
                centres.add_rule(session, CentreRule(code=wrong))
        with pytest.raises(Invalid):
            centres.add_rule(session, CentreRule(code="A", fund="nowhere"))
        with pytest.raises(Invalid):
            centres.add_rule(session, CentreRule(code="A", appeal_id=AppealId(9)))
        centres.drop_rule(session, 99)
