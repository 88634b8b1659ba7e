"""Twenty years of a plan on the 31st through the rooms themselves: files, credits, returns, pauses, a slow bank."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.collections import pain_008, service, settling
from crm.collections.errors import NothingDue
from crm.collections.model import Asking, CollectionState, Creditor, Header, Seen
from crm.collections.rules import LATE_DAYS
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.donations import selects
from crm.donations import service as donations
from crm.plans import service as plans
from crm.plans.model import Channel, PlanState
from crm.plans.rules import day_in, month_after, period_of, state_on
from crm.values import target_days
from tests.collections.conftest import LOOKER, Promise, credit, noon, sent

BEGIN, SIGNED, END = date(2026, 11, 1), date(2026, 11, 10), date(2046, 11, 1)
CENTS = 1000


@settings(max_examples=1, phases=[Phase.generate], suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_a_plan_on_the_31st_is_collected_once_a_month_for_twenty_years(
    assembly: Assembly, office: Office, ledger: Ledger, promise: Promise, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(pain_008, "written", _written)  # the XML has tests of its own, and takes its time
    chance, day = Random(seed), SIGNED
    paused: list[tuple[date, date]] = []
    coming: list[Seen] = []
    came_in = went_back = 0
    with assembly.database.reading() as session:
        plan = promise(session, CENTS, started_on=SIGNED, anchor_day=31)
        while day < END:
            day = target_days.from_day(day + timedelta(days=chance.randrange(10, 21)))
            now = [line for line in coming if line.booked_on <= day]
            coming = [line for line in coming if line.booked_on > day]
            for line in now:
                done = settling.settle(session, ledger, [line], at=noon(day))
                assert set(done) == {line.key}
                came_in, went_back = came_in + max(line.cents, 0), went_back - min(line.cents, 0)
            stands = plans.plan(session, plan.id)
            if chance.random() < 0.03 and state_on(stands.standing, day) is PlanState.ACTIVE:
                until = day + timedelta(days=chance.randrange(20, 100))
                plans.pause(
                    session, plan.id, seen=stands.version, on=day, until_on=until, channel=Channel.PHONE, at=noon(day),
                    by=LOOKER,
                )  # fmt: skip
                paused.append((day, until))
            collect_on = target_days.after(day, 2)
            try:
                batch = sent(session, office, collect_on, day)
            except NothingDue:
                continue
            on = collect_on + timedelta(days=chance.randrange(0, 4))
            coming.append(credit(f"in {batch.id}", on, batch.cents, batch.header.message_id))
            if chance.random() < 0.1:
                [named] = [
                    attempt.end_to_end_id
                    for one in service.of_plan(session, plan.id, size=4)
                    for attempt in one.attempts
                    if attempt.batch_id == batch.id
                ]
                back_on = on + timedelta(days=chance.randrange(1, 6))
                coming.append(
                    credit(f"out {batch.id}", back_on, -CENTS, end_to_end_id=named, is_return=True, reason="AM04")
                )
        every = service.of_plan(session, plan.id, size=300)
        effective = selects.effective_gifts().subquery()
        given_in_all = session.scalar(select(func.coalesce(func.sum(effective.c.net_cents), 0)))
        assert donations.drift(session) == 0
    assert int(given_in_all or 0) == came_in - went_back
    sure = END - timedelta(days=LATE_DAYS + 30)
    due = {period_of(month): day_in(month, 31) for month in _months()}
    free = {period for period, on in due.items() if not any(begin <= on < until for begin, until in paused)}
    late = timedelta(days=LATE_DAYS)  # what a pause kept from being asked for so long is asked no more
    certain = {
        period
        for period in free
        if due[period] < sure
        and not any(begin <= due[period] + late and until > due[period] for begin, until in paused)
    }
    found = Counter(one.period for one in every)
    assert set(found.values()) == {1}
    assert certain <= set(found) <= free
    states = Counter(one.state for one in every)
    assert came_in // CENTS >= states[CollectionState.RECEIVED] >= 150


def _written(_creditor: Creditor, header: Header, askings: Iterable[Asking]) -> bytes:
    return repr((header.message_id, [*askings])).encode()


def _months() -> list[date]:
    found = [BEGIN]
    while found[-1] < END:
        found.append(month_after(found[-1]))
    return found
