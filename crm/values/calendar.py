"""Instants are UTC, days are Belgian."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

BRUSSELS = ZoneInfo("Europe/Brussels")


def brussels(instant: datetime) -> datetime:
    """The same instant on a Belgian clock. `instant` must carry its zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant without a zone")
    return instant.astimezone(BRUSSELS)


def brussels_day(instant: datetime) -> date:
    """The Belgian calendar day of an instant (an item dated 23:00Z in winter belongs to the next day)."""
    return brussels(instant).date()


def instant_of(day: date, at: time) -> datetime:
    """The UTC instant of a Belgian wall-clock time.

    A time that does not exist (spring) is shifted forward by the gap; one that exists twice (autumn) means the first.
    """
    wall = datetime.combine(day, at.replace(tzinfo=None), tzinfo=BRUSSELS).replace(fold=0)
    return wall.astimezone(UTC)


def day_span(day: date) -> tuple[datetime, datetime]:
    """First instant of a Belgian day and of the next, in UTC."""
    return instant_of(day, time(0)), instant_of(day + timedelta(days=1), time(0))
