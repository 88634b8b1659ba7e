"""Whose data did not come from themselves, under which name, and by when they are told. Pure."""

from __future__ import annotations

import calendar
from datetime import date

OWN = frozenset({"", "sign-up", "staff", "self-service", "bank", "call", "post", "demonstration"})
"""Where people speak for themselves, and are told on the spot (art. 13)."""


def name_of(source: str) -> str:
    """The origin a source belongs to: a program's name without its page, an import by its number."""
    return source.partition(" · ")[0]


def due_on(came_on: date) -> date:
    """A month later at most (art. 14(3)(a)); the last day of the month where it has no such day."""
    year, month = divmod(came_on.year * 12 + came_on.month, 12)
    return date(year, month + 1, min(came_on.day, calendar.monthrange(year, month + 1)[1]))
