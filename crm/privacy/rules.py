"""The clock of requests: one month, and two more where the person was told why."""

from __future__ import annotations

import calendar
from datetime import date

MONTHS = 1
MONTHS_EXTENDED = 3
"""GDPR art. 12(3), counted from the day the request came in."""


def months_later(day: date, months: int) -> date:
    """The same day some months later; the last of that month where it has no such day (Regulation 1182/71, art. 3)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def due_on(received_on: date, *, is_extended: bool = False) -> date:
    """The last day to answer. A weekend gives no more time: that day is ours to keep, not theirs to lose."""
    return months_later(received_on, MONTHS_EXTENDED if is_extended else MONTHS)
