"""The demonstration's calendar: the week its facts were written in, moved by whole weeks to the week of today."""

from __future__ import annotations

from datetime import date, timedelta

ANCHOR = date(2025, 2, 14)
"""The Friday on which the facts were true."""

_WEEK = timedelta(weeks=1)


def past(day: date, today: date) -> date:
    """A day of publication: as many whole weeks before today as it was before the anchor, on the same weekday.

    Never after today, and at most six days earlier than those weeks, so that the latest news is always of this week.
    """
    latest = today - max(timedelta(0), ANCHOR - day) // _WEEK * _WEEK
    return latest - (latest - day) % _WEEK


def ahead(day: date, today: date) -> date:
    """A day to come: as many whole weeks after today as it was after the anchor, on the same weekday. Never before."""
    earliest = today + max(timedelta(0), day - ANCHOR) // _WEEK * _WEEK
    return earliest + (day - earliest) % _WEEK
