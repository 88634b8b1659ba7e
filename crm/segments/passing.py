"""Whether a row, or a figure that was kept of several, is as a condition asks: the leaves of a tree as SQL."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    FromClause,
    Integer,
    String,
    and_,
    cast,
    extract,
    literal,
    true,
    type_coerce,
)

from crm.contracts.segment_fields import Asking, Kept, Kind, Measure, Source
from crm.foundation.columns import Instant
from crm.segments.model import Condition, Near, Side, Span, Test, Window, Words
from crm.segments.windows import EVERY_DAY, days_of, instants_of, months_back, returning
from crm.values.belgium.distances import postcodes_within

SignBySign = String(60).with_variant(String(60, collation="C"), "postgresql")
"""Texts compared as Python compares them, on both databases."""
_ASKED = {Measure.COUNT, Measure.SUM}
"""What is 0 of nothing."""


def kept_figure(condition: Condition, source: Source, asking: Asking) -> tuple[Kept, str] | None:
    """The figures that were kept of just the rows a condition is about, and the name of the one it asks; else None."""
    wanted = Measure.COUNT if condition.measure is Measure.HAS else condition.measure
    first, last = days_of(condition.window, asking.on)
    is_all = (first, last) == (None, None)
    is_until_today = first is not None and last == asking.on and wanted in _ASKED
    if source.kept is None or condition.where or not (is_all or is_until_today):
        return None
    kept = source.kept(asking)
    name = kept.figures.get((wanted, first)) if kept else None
    return None if kept is None or name is None else (kept, name)


def figure_holds(condition: Condition, figure: ColumnElement[Any], source: Source, today: date) -> ColumnElement[bool]:
    """Whether a kept figure is as a condition asks; NULL where it has no value."""
    if condition.measure is Measure.HAS:
        return figure > 0
    if isinstance(condition.asks, Span):
        return spanned(figure, condition.asks)
    return and_(true(), *in_window(figure, kind_of(source, source.day), condition.asks, today))


def holds_of_nothing(condition: Condition) -> bool:
    """Whether it holds of whoever has no rows at all."""
    asks = condition.asks
    if condition.measure not in _ASKED or not isinstance(asks, Span):
        return False
    return (asks.low is None or int(asks.low) <= 0) and (asks.high is None or int(asks.high) >= 0)


def kind_of(source: Source, key: str) -> Kind:
    """Of what kind a column is."""
    column = source.find_column(key)
    assert column is not None
    return column.kind


def tests_pass(part: Condition | Side, source: Source, rows: FromClause, today: date) -> list[ColumnElement[bool]]:
    """That a row lies within the window and passes every test of a condition."""
    found = []
    if part.window is not None:
        found += in_window(rows.c[source.day], kind_of(source, source.day), part.window, today)
    for test in part.where:
        found += passes(test, rows.c[test.column], source, today)
    return found


def passes(test: Test, column: ColumnElement[Any], source: Source, today: date) -> list[ColumnElement[bool]]:
    """That a column of a source is as a test asks; NULL where it says nothing."""
    kind = kind_of(source, test.column)
    match test.asks:
        case Words(values=values, other=other):
            return [_worded(column, values, other=other)]
        case Span() as span:
            if kind is Kind.TEXT:
                return [spanned(cast(column, SignBySign), span)]
            return _aged(column, span, today) if kind is Kind.BIRTH else [spanned(column, span)]
        case Near(postcode=postcode, kilometres=kilometres):
            return [column.in_(sorted(postcodes_within(postcode, kilometres)))]
        case _ if kind is Kind.ANNIVERSARY:
            return [column.is_not(None), *_returns(column, returning(days_of(test.asks, today)))]
        case _:
            return [column.is_not(None), *in_window(column, kind, test.asks, today)]


def _returns(birth: ColumnElement[Any], days: frozenset[int]) -> list[ColumnElement[bool]]:
    """Born on one of those days of the year."""
    marked = extract("month", birth) * 100 + extract("day", birth)
    return [] if days == EVERY_DAY else [marked.in_(sorted(days))]


def _worded(column: ColumnElement[Any], values: frozenset[str], *, other: bool) -> ColumnElement[bool]:
    """One of these words, or none; numbers of rows (a tag, a petition) are words too, as they are written."""
    if isinstance(column.type, Integer):
        numbers = sorted(
            int(value) for value in values if value.isdecimal() and len(value) < 16 and str(int(value)) == value
        )
        return and_(column.is_not(None), column.not_in(numbers) if other else column.in_(numbers))
    text = type_coerce(column, String())
    return text.not_in(sorted(values)) if other else text.in_(sorted(values))


def spanned(value: ColumnElement[Any], span: Span) -> ColumnElement[bool]:
    """At least, at most."""
    low = [] if span.low is None else [value >= span.low]
    return and_(true(), *low, *([] if span.high is None else [value <= span.high]))


def _aged(birth: ColumnElement[Any], span: Span, today: date) -> list[ColumnElement[bool]]:
    """So many years old: born so long ago, and not longer."""
    found: list[ColumnElement[bool]] = [birth.is_not(None)]
    if span.low is not None:
        found.append(birth <= _born(today, int(span.low)))
    if span.high is not None:
        found.append(birth > _born(today, int(span.high) + 1))
    return found


def _born(today: date, years: int) -> ColumnElement[Any]:
    """The latest day of birth of whoever is so old; nobody is older than the calendar."""
    return literal(months_back(today, 12 * years) if years < today.year else date.min, Date())


def in_window(column: ColumnElement[Any], kind: Kind, window: Window | None, today: date) -> list[ColumnElement[bool]]:
    """Within those days; of no window, always."""
    first, last = days_of(window, today)
    if kind is Kind.INSTANT:
        since, before = instants_of((first, last))
        found = [] if since is None else [column >= literal(since, Instant())]
        return [*found, *([] if before is None else [column < literal(before, Instant())])]
    found = [] if first is None else [column >= literal(first, Date())]
    return [*found, *([] if last is None else [column <= literal(last, Date())])]
