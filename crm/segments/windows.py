"""Which days a window means on the day of the question."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, datetime, timedelta
from typing import assert_never

from crm.segments.model import Ahead, Between, Month, Rolling, Unit, Window, Year
from crm.values.calendar import day_span

Days = tuple[date | None, date | None]
"""The first and the last day, both included; None is open."""


_EARLIEST, _LATEST = date(2, 1, 1), date(9998, 12, 31)
"""A day that has an instant before and after it; nothing that anybody kept lies beyond."""


def days_of(window: Window | None, today: date) -> Days:  # noqa: PLR0911 - one answer for each noun
    """The days of a window; of no window, all of them."""
    match window:
        case None:
            return None, None
        case Between():
            return window.first, window.last
        case Year():
            return _of_year(window, today)
        case Month():
            year, month = divmod(today.year * 12 + today.month - 1 + window.shift, 12)
            return date(year, month + 1, 1), date(year, month + 1, monthrange(year, month + 1)[1])
        case Rolling():
            last = _back(today, window.unit, window.ending)
            if window.length is None:
                return None, last
            return _back(today, window.unit, window.ending + window.length) + timedelta(days=1), last
        case Ahead():
            first = _back(today, window.unit, -window.starting) + timedelta(days=1 if window.starting else 0)
            return first, _back(today, window.unit, -window.starting - window.length) if window.length else None
        case _:
            assert_never(window)


def instants_of(days: Days) -> tuple[datetime | None, datetime | None]:
    """The same days as instants: from the first one on, before the second one."""
    first, last = (day and min(max(day, _EARLIEST), _LATEST) for day in days)
    return (day_span(first)[0] if first else None), (day_span(last)[1] if last else None)


def within(day: date, days: Days) -> bool:
    """Whether a day is one of them."""
    first, last = days
    return (first is None or first <= day) and (last is None or day <= last)


def returning(days: Days) -> frozenset[int]:
    """The days of the year (MMDD) that come within those days; who was born on 29 February has the 28th too."""
    first, last = days
    if first is None or last is None or (last - first).days >= 365:
        return EVERY_DAY
    found = {_marked(first + timedelta(days=n)) for n in range((last - first).days + 1)}
    leap = {one for one in (first.year, last.year) if monthrange(one, 2)[1] == 29}
    has_28th = any(first <= date(year, 2, 28) <= last for year in {first.year, last.year} - leap)
    return frozenset(found | ({229} if has_28th else set()))


def _marked(day: date) -> int:
    return day.month * 100 + day.day


EVERY_DAY = frozenset(_marked(date(2024, 1, 1) + timedelta(days=n)) for n in range(366))


def months_back(day: date, months: int) -> date:
    """The latest day since which so many months are completed on `day` (31 March, one: 28 February)."""
    place = day.year * 12 + day.month - 1 - months
    year, month = place // 12, place % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def completed_months(since: date, day: date) -> int:
    """Months that were completed from one day to another."""
    return (day.year - since.year) * 12 + day.month - since.month - (day.day < since.day)


def completed_years(since: date, day: date) -> int:
    """Years that were completed: an age."""
    return day.year - since.year - ((day.month, day.day) < (since.month, since.day))


def _back(today: date, unit: Unit, count: int) -> date:
    return months_back(today, count) if unit is Unit.MONTHS else today - timedelta(days=count)


def _of_year(window: Year, today: date) -> Days:
    year = today.year + window.shift
    first, last = _day(year, window.from_day or "01-01"), _day(year, window.to_day or "12-31")
    return first, min(last, _day(year, f"{today:%m-%d}")) if window.to_date else last


def _day(year: int, text: str) -> date:
    month, day = int(text[:2]), int(text[3:])
    return date(year, month, min(day, monthrange(year, month)[1]))
