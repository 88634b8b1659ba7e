"""The door of what came of appeals: as it was counted last, counting anew, asking for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.donations import selects as donations
from crm.figures import rules, store
from crm.figures.model import Count, News, Outcome
from crm.fundraising import results
from crm.fundraising import service as fundraising
from crm.fundraising.model import Waterfall
from crm.values.calendar import brussels_day
from crm.values.identifiers import AppealId

SLACK = timedelta(minutes=1)
"""What was changed so shortly before a count may not have been written when it read."""


def find(session: Session, appeal_id: AppealId) -> Outcome | None:
    """What came of an appeal as it was counted last; None where it never was."""
    return store.outcomes(session, [appeal_id]).get(appeal_id)


def begin(session: Session, appeal_id: AppealId, frozen: Waterfall, *, at: datetime) -> None:
    """Right after its freeze nothing has come of an appeal: that is kept at once."""
    today, appeal = brussels_day(at), fundraising.appeal(session, appeal_id)
    found = results.nought(session, appeal, frozen, on=today)
    count = Count(counted_at=at, milliseconds=0, is_asked=False)
    seen = session.scalar(donations.last_entry()) or 0
    store.keep_outcome(session, Outcome(appeal_id=appeal_id, on=today, count=count, seen_entry=seen, results=found))


def news(session: Session) -> News | None:
    """What gifts came, were taken back or changed since gifts were looked at last; None where no money moved."""
    seen, last = store.least_seen(session), session.scalar(donations.last_entry()) or 0
    if seen is None or seen >= last:
        return None
    return News(appeal_ids=frozenset(results.touched(session, after=seen)), last_entry=last)


def note(session: Session, found: News, *, at: datetime) -> None:
    """Wants those appeals counted anew."""
    store.ask_outcomes(session, found.appeal_ids, at)
    store.see(session, found.last_entry)


def due(session: Session, *, at: datetime) -> tuple[AppealId, ...]:
    """Those that are to be counted anew, the newest first; soon where a gift of one was put right or moved since."""
    known, today = store.outcome_counts(session), brussels_day(at)
    oldest = min((one.counted_at for one in known.values()), default=at)
    changed = results.changed(session, after=oldest - SLACK)
    for appeal_id, on in changed.items():
        if appeal_id in known and on > known[appeal_id].counted_at - SLACK:
            known[appeal_id] = replace(known[appeal_id], is_asked=True)
    # A day longer than the window: the last day of it is counted whole.
    still = timedelta(days=results.WINDOW + 1)
    return tuple(
        appeal_id
        for appeal_id, day in results.frozen_days(session).items()
        if rules.is_outcome_due(known.get(appeal_id), at, is_open=day <= today <= day + still)
    )


def reckon(session: Session, appeal_id: AppealId, *, at: datetime, stopwatch: Callable[[], float]) -> Outcome:
    """Counts what came of an appeal; nothing is written."""
    today, started = brussels_day(at), stopwatch()
    seen = session.scalar(donations.last_entry()) or 0
    found = results.of(session, fundraising.appeal(session, appeal_id), on=today)
    count = Count(counted_at=at, milliseconds=round((stopwatch() - started) * 1000), is_asked=False)
    return Outcome(appeal_id=appeal_id, on=today, count=count, seen_entry=seen, results=found)


def keep(session: Session, found: Outcome) -> None:
    """Keeps what was counted, in place of what was."""
    store.keep_outcome(session, found)


def ask(session: Session, appeal_id: AppealId, *, at: datetime) -> None:
    """Wants one counted anew; the clock does so within a minute."""
    store.ask_outcomes(session, [appeal_id], at)
