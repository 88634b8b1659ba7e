"""Whose verdict changes by the hour, while nobody says anything: a yes grows too old, a silence ends."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, literal, or_, select, union_all

from crm.consent.model import Act
from crm.consent.pace import QUIET_DAYS
from crm.consent.policies import MINOR_FOR_DAYS
from crm.consent.policy import Book, Population
from crm.consent.tables import ConsentStandingRow, LastLetterRow, PopulationRow
from crm.foundation.columns import Instant
from crm.values.calendar import day_span

_MARGIN = timedelta(seconds=1)
"""SQLite compares instants to the millisecond."""


def turning(on: date, book: Book, *, among: Any = None) -> Select[*tuple[Any, ...]]:
    """The `person_id` of whoever reaches, on that Belgian day, an age that the gate asks about in days.

    Everything else it looks at is of the whole day, or changes only where somebody writes. A property test of the
    gate's two meanings does not see this; `tests/consent/test_turning.py` holds it to the verdict, hour by hour.
    """
    first, last = day_span(on)

    def comes_of_age(since: Any, days: set[int]) -> ColumnElement[bool]:
        spans = [(first - timedelta(days=one) - _MARGIN, last - timedelta(days=one) + _MARGIN) for one in sorted(days)]
        return or_(literal(False), *(since.between(_at(start), _at(end)) for start, end in spans))

    word, letter, member = ConsentStandingRow, LastLetterRow, PopulationRow
    asked = [demand for _, demands in book.pages for _, demand in demands]
    ages = {demand.longest_days for demand in asked if demand.longest_days is not None}
    silences = {days for days in QUIET_DAYS.values() if days is not None}
    found = [
        select(word.person_id).where(word.act.in_((Act.GIVEN, Act.IMPORTED)), comes_of_age(word.since_at, ages)),
        select(letter.person_id).where(comes_of_age(letter.written_at, silences)),
        select(member.person_id).where(
            member.population == Population.MINORS, comes_of_age(member.since_at, {MINOR_FOR_DAYS})
        ),
    ]
    if among is not None:
        found = [one.where(one.selected_columns.person_id.in_(among)) for one in found]
    each = union_all(*found).subquery("each")
    return select(each.c.person_id).distinct()


def _at(instant: datetime) -> ColumnElement[Any]:
    return literal(instant, Instant())
