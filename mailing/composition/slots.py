"""When editions are due: the slots of a cadence, on a Belgian clock, as UTC instants."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import takewhile

from crm.values.calendar import brussels_day, instant_of
from mailing.composition.model import Cadence, Frequency

COUNTED_FROM = date(2024, 1, 1)
"""A Monday: fortnights are counted from it, also across years with 53 weeks."""

MISSED_AT_MOST = 60
"""How many missed slots are written down after a long sleep; older ones would tell nobody anything."""

PERIODS = {
    Frequency.WEEKLY: timedelta(days=7),
    Frequency.FORTNIGHTLY: timedelta(days=14),
    Frequency.MONTHLY: timedelta(days=31),
}


def slots_after(cadence: Cadence, instant: datetime) -> Iterator[datetime]:
    """The slots strictly after an instant, in order, without end.

    An hour the clock skips in spring is shifted forward; one it shows twice in autumn means the first.
    """
    for day in _days_from(cadence, brussels_day(instant) - timedelta(days=1)):
        slot = instant_of(day, cadence.at)
        if slot > instant:
            yield slot


def next_slot(cadence: Cadence, instant: datetime) -> datetime:
    """The first slot strictly after an instant."""
    return next(slots_after(cadence, instant))


def slots_between(cadence: Cadence, after: datetime, until: datetime) -> tuple[datetime, ...]:
    """The slots in (after, until]."""
    return tuple(takewhile(lambda slot: slot <= until, slots_after(cadence, after)))


@dataclass(frozen=True, kw_only=True, slots=True)
class DueSlots:
    """What a newsletter's schedule asks for now: the slot to propose, and those that went by unproposed."""

    propose: datetime | None
    missed: tuple[datetime, ...]


def due_slots(cadence: Cadence, *, after: datetime, now: datetime) -> DueSlots:
    """The slots later than `after` whose time to be proposed has come: the newest is to be proposed."""
    found = slots_between(cadence, after, now + timedelta(hours=cadence.lead_hours))
    if not found:
        return DueSlots(propose=None, missed=())
    return DueSlots(propose=found[-1], missed=found[:-1][-MISSED_AT_MOST:])


def _days_from(cadence: Cadence, start: date) -> Iterator[date]:
    match cadence.frequency:
        case Frequency.WEEKLY | Frequency.FORTNIGHTLY:
            step = PERIODS[cadence.frequency].days
            first = COUNTED_FROM + timedelta(days=cadence.weekday)
            day = first + timedelta(days=-(-(start - first).days // step) * step)
            while True:
                yield day
                day += timedelta(days=step)
        case Frequency.MONTHLY:
            month = start.replace(day=1)
            while True:
                day = month + timedelta(days=(cadence.weekday - month.weekday()) % 7)
                if day >= start:
                    yield day
                month = (month + timedelta(days=31)).replace(day=1)
