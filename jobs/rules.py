"""Which moments of which job are due; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from crm.values.calendar import brussels_day, instant_of
from jobs.model import Daily, Every, Job, Run, RunState

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
KEPT = timedelta(days=30)
QUIET_KEPT = timedelta(days=1)
"""A run that found nothing to do says nothing worth keeping for long."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Start:
    """A moment has come. `missed` counts the moments before it that went by without a run; this run stands for them."""

    due_at: datetime
    missed: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Take:
    """A run waits for somebody: a person ordered it, or its worker died."""

    run: Run


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """A moment went by so long ago that a person has to say whether it still matters. `run`: one that had begun."""

    due_at: datetime
    run: Run | None = None


Decision = Start | Take | Ask


def latest_moment(when: Every | Daily, now: datetime) -> datetime:
    """The newest moment that has come."""
    match when:
        case Every():
            return now - (now - EPOCH) % when.period
        case Daily():
            today = instant_of(brussels_day(now), when.at)
            return today if today <= now else instant_of(brussels_day(now) - timedelta(days=1), when.at)


def next_moment(when: Every | Daily, now: datetime) -> datetime:
    """The first moment that has not come yet."""
    match when:
        case Every():
            return latest_moment(when, now) + when.period
        case Daily():
            today = instant_of(brussels_day(now), when.at)
            return today if today > now else instant_of(brussels_day(now) + timedelta(days=1), when.at)


def decide(job: Job, *, last: datetime | None, pending: Sequence[Run], now: datetime) -> Decision | None:
    """What to do about a job; None where there is nothing to do, or somebody is at it.

    `last` is the newest moment that has a run; `pending` are its runs that are running or ordered. A job that never
    ran starts at once; of several missed moments only the newest is run.
    """
    if any(run.state is RunState.RUNNING and not is_dead(run, now) for run in pending):
        return None
    for run in sorted(pending, key=lambda r: r.due_at):
        too_late = run.state is RunState.RUNNING and _is_too_late(job, run.due_at, now)
        return Ask(due_at=run.due_at, run=run) if too_late else Take(run=run)
    moment = latest_moment(job.when, now)
    if last is None:
        return Start(due_at=moment)
    if moment <= last:
        return None
    if _is_too_late(job, moment, now):
        return Ask(due_at=moment)
    return Start(due_at=moment, missed=_moments_between(job.when, last, moment))


def is_dead(run: Run, now: datetime) -> bool:
    """True where a run's worker has not given a sign of life for the length of its lease."""
    return run.state is RunState.RUNNING and (run.lease_until is None or run.lease_until < now)


def _is_too_late(job: Job, due_at: datetime, now: datetime) -> bool:
    return job.ask_after is not None and now - due_at > job.ask_after


def _moments_between(when: Every | Daily, last: datetime, moment: datetime) -> int:
    match when:
        case Every():
            return max(0, (moment - latest_moment(when, last)) // when.period - 1)
        case Daily():
            return max(0, (brussels_day(moment) - brussels_day(latest_moment(when, last))).days - 1)
