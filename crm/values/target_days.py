"""Days on which euro move between banks: the calendar of TARGET, which closes on six days a year and at weekends."""

from __future__ import annotations

from datetime import date, timedelta

_FIXED = {(1, 1), (5, 1), (12, 25), (12, 26)}


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar (Butcher's reckoning)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def is_open(day: date) -> bool:
    """Whether banks settle on that day."""
    closed = {easter(day.year) - timedelta(days=2), easter(day.year) + timedelta(days=1)}
    return day.weekday() < 5 and (day.month, day.day) not in _FIXED and day not in closed


def from_day(day: date) -> date:
    """That day, or the first open one after it."""
    while not is_open(day):
        day += timedelta(days=1)
    return day


def after(day: date, count: int) -> date:
    """So many open days later."""
    for _ in range(count):
        day = from_day(day + timedelta(days=1))
    return day
