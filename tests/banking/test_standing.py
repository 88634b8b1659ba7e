"""A transfer that fits an open standing order is its instalment: once a period, split and for the fund as promised."""

from __future__ import annotations

from datetime import date
from typing import Any

from crm.assembly import Assembly, bank_counter
from crm.banking import service as banking
from crm.donations import service as donations
from crm.donations.model import GiftKind, LineKind, Wanted
from crm.plans import service as plans
from crm.plans import standing
from crm.plans.model import Channel, NewPlan, Terms
from tests.banking import coda_files as coda
from tests.banking import samples
from tests.banking.coda_files import Move
from tests.banking.test_bringing import CLAIRE, brought, confirmed, person, waiting
from tests.conftest import NOW


def test_each_transfer_is_the_nearest_instalment_that_has_not_come(assembly: Assembly) -> None:
    marie = person(assembly, "Marie", "Dupont")
    terms = Terms(cents=1200, fee_cents=200, anchor_day=5, first_month_on=date(2026, 10, 1))
    with assembly.database.transaction() as session:
        new = NewPlan(person_id=marie.id, terms=terms, started_on=date(2026, 10, 1), channel=Channel.PHONE)
        plan = plans.sign(session, new, at=NOW)
    facts: dict[str, Any] = {"name": "MARIE DUPONT", "account": samples.DONOR}
    days = [date(2026, 10, 6), date(2026, 11, 4), date(2026, 11, 5)]
    brought(assembly, coda.statement([Move(cents=1200, text="don", on=days[0], **facts)], on=days[0]))
    [line] = waiting(assembly)
    confirmed(assembly, line, marie)
    more = [Move(cents=1200, text="don", on=days[1], **facts), Move(cents=900, text="don", **facts)]
    report = brought(assembly, coda.statement(more, opening=101_200, number=231))
    assert report.matched == 2
    with assembly.database.transaction() as session:
        came = standing.of_plan(session, plan.id, size=12)
        assert [one.period for one in came] == ["2026-11", "2026-10"]
        gifts = donations.page(session, Wanted(person_id=marie.id))
        assert sorted((one.kind, one.net_cents) for one in gifts) == [
            (GiftKind.INSTALMENT, 1200), (GiftKind.INSTALMENT, 1200), (GiftKind.ONE_OFF, 900),
        ]  # fmt: skip
        whole = donations.whole(session, came[0].gift_id)
        assert [(one.kind, one.cents, one.is_deductible) for one in whole.lines] == [
            (LineKind.DONATION, 1000, True), (LineKind.FEE, 200, False),
        ]  # fmt: skip
        found = banking.credit_of(session, came[1].gift_id)
        assert found is not None
        banking.reopen(session, bank_counter(assembly), found.id, seen=found.version, by=CLAIRE, at=NOW)
        assert [one.period for one in standing.of_plan(session, plan.id, size=12)] == ["2026-11"]
