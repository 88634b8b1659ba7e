"""Which moments are due: laws for every timetable and every gap."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.values.calendar import brussels
from jobs.model import Daily, Every, Run, RunState
from jobs.rules import Ask, Start, Take, decide, latest_moment, next_moment
from tests.conftest import NOW
from tests.jobs.timetables import job

everies = st.integers(1, 100_000).map(lambda seconds: Every(period=timedelta(seconds=seconds)))
dailies = st.times().map(lambda at: Daily(at=at.replace(second=0, microsecond=0)))
instants = st.datetimes(datetime(2020, 1, 1), datetime(2040, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the zone is `timezones`


def run(state: RunState = RunState.RUNNING, **facts: datetime) -> Run:
    return Run(
        id=1,
        job="mark",
        due_at=facts.get("due_at", NOW),
        state=state,
        started_at=NOW,
        finished_at=None,
        worker="w",
        lease_until=facts.get("lease_until", NOW),
    )


@given(everies | dailies, instants)
def test_now_lies_between_two_neighbouring_moments(when: Every | Daily, now: datetime) -> None:
    latest, following = latest_moment(when, now), next_moment(when, now)
    assert latest <= now < following
    assert latest_moment(when, following) == following
    assert latest_moment(when, following - timedelta(microseconds=1)) == latest


@given(dailies, instants)
def test_a_daily_moment_keeps_its_belgian_hour(when: Daily, now: datetime) -> None:
    local = brussels(latest_moment(when, now))
    assert local.time() == when.at or when.at.hour == 2


@given(everies | dailies, instants, st.timedeltas(timedelta(0), timedelta(days=30)))
def test_a_gap_is_caught_up_once_and_everything_in_it_is_counted(
    when: Every | Daily, before: datetime, gap: timedelta
) -> None:
    last, now = latest_moment(when, before), before + gap
    decision = decide(job(when=when), last=last, pending=(), now=now)
    if latest_moment(when, now) == last:
        assert decision is None
        return
    assert isinstance(decision, Start)
    passed, moment = 0, last
    while moment < decision.due_at and passed < 50:
        moment, passed = next_moment(when, moment), passed + 1
    if passed < 50:
        assert decision.missed == passed - 1
    assert decide(job(when=when), last=decision.due_at, pending=(), now=now) is None


def test_a_job_that_never_ran_starts_at_once() -> None:
    decision = decide(job(when=Daily(at=time(2)), ask_after=timedelta(hours=1)), last=None, pending=(), now=NOW)
    assert decision == Start(due_at=datetime(2026, 11, 23, 1, 0, tzinfo=UTC))


@pytest.mark.parametrize(("late", "asks"), [(timedelta(hours=6), False), (timedelta(hours=6, seconds=1), True)])
def test_a_moment_missed_for_too_long_is_asked_about(late: timedelta, *, asks: bool) -> None:
    nightly = job(when=Daily(at=time(2)), ask_after=timedelta(hours=6))
    due_at = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
    decision = decide(nightly, last=due_at - timedelta(days=3), pending=(), now=due_at + late)
    assert decision == (Ask(due_at=due_at) if asks else Start(due_at=due_at, missed=2))


def test_nobody_else_starts_while_a_worker_lives() -> None:
    alive = run(lease_until=NOW + timedelta(seconds=1))
    assert decide(job(), last=NOW - timedelta(days=1), pending=[alive], now=NOW) is None


def test_a_dead_workers_run_is_taken_and_an_ordered_one_carried_out() -> None:
    dead, ordered = run(lease_until=NOW - timedelta(seconds=1)), run(RunState.DUE)
    assert decide(job(), last=NOW, pending=[dead], now=NOW) == Take(run=dead)
    assert decide(job(), last=NOW, pending=[ordered], now=NOW) == Take(run=ordered)


def test_a_dead_workers_run_that_is_too_old_is_asked_about() -> None:
    dead = run(due_at=NOW - timedelta(days=2), lease_until=NOW - timedelta(days=1))
    nightly = job(ask_after=timedelta(hours=6))
    assert decide(nightly, last=dead.due_at, pending=[dead], now=NOW) == Ask(due_at=dead.due_at, run=dead)
