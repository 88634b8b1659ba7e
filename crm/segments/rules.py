"""The meaning of a tree for one person: facts in, yes or no out. `selects.py` says the same of everybody."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, assert_never

from crm.contracts.segment_fields import Kind, Measure, Source
from crm.segments.catalogue import Catalogue
from crm.segments.model import (
    Ahead,
    Between,
    Comparison,
    Condition,
    Definition,
    Every,
    Facts,
    InSegment,
    Leaf,
    Month,
    Near,
    Not,
    Relation,
    Rolling,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
    Year,
)
from crm.segments.windows import completed_years, days_of, returning, within
from crm.values.belgium.distances import postcodes_within
from crm.values.calendar import brussels_day
from crm.values.identifiers import SegmentId

PRIME = 2**31 - 1
Row = Mapping[str, Any]
Others = Mapping[SegmentId, Definition]


def belongs(definition: Definition, facts: Facts, *, today: date, catalogue: Catalogue, others: Others) -> bool:
    """Whether somebody is in a segment. `others` are the segments it asks about, and those they ask about."""
    if not facts.rows.get((catalogue.person.key, frozenset())) or facts.person_id in definition.excluded:
        return False
    if facts.person_id in definition.included:
        return True
    return matches(definition.tree, facts, today=today, catalogue=catalogue, others=others)


def matches(  # noqa: PLR0911 - one answer for each noun
    tree: Tree, facts: Facts, *, today: date, catalogue: Catalogue, others: Others
) -> bool:
    """Whether a tree holds of somebody."""

    def holds(part: Tree) -> bool:
        return matches(part, facts, today=today, catalogue=catalogue, others=others)

    match tree:
        case Every():
            return all(holds(part) for part in tree.parts)
        case Some():
            return sum(holds(part) for part in tree.parts) >= tree.least
        case Not():
            return not holds(tree.part)
        case Condition():
            return _satisfies(tree, measured(tree, facts, today=today, catalogue=catalogue), today)
        case Comparison():
            return _compares(tree, facts, today, catalogue)
        case InSegment():
            return belongs(others[tree.segment_id], facts, today=today, catalogue=catalogue, others=others)
        case Sample():
            return drawn(facts.person_id, tree.seed) < tree.per_thousand
        case _:
            assert_never(tree)


def measured(  # noqa: PLR0911 - one answer for each measure
    part: Condition | Side, facts: Facts, *, today: date, catalogue: Catalogue, source: str = ""
) -> Any:
    """What a condition measures of somebody: a count, cents, a day; (sum, count) of an average; None: no value."""
    key = part.source if isinstance(part, Condition) else source
    found = rows_of(key, part.where, part.window, facts, today=today, catalogue=catalogue)
    origin = catalogue.source(key)
    amounts = [row[origin.amount] for row in found] if origin.amount else []
    match part.measure:
        case Measure.HAS | Measure.COUNT:
            return len(found)
        case Measure.SUM:
            return sum(amounts)
        case Measure.AVERAGE:
            return (sum(amounts), len(amounts)) if amounts else None
        case Measure.LARGEST:
            return max(amounts, default=None)
        case Measure.SMALLEST:
            return min(amounts, default=None)
        case Measure.FIRST:
            return min(_days(found, origin.day), default=None)
        case Measure.LAST:
            return max(_days(found, origin.day), default=None)
        case _:
            assert_never(part.measure)


def rows_of(
    source: str, where: Sequence[Test], window: Window | None, facts: Facts, *, today: date, catalogue: Catalogue
) -> list[Row]:
    """The rows of somebody that pass every test within a window."""
    origin = catalogue.source(source)
    days = days_of(window, today)
    found = []
    for row in facts.rows.get((source, catalogue.given(source, where)), ()):
        if window is not None and not _within(row[origin.day], days):
            continue
        if all(passes(test, row, today, origin) for test in where):
            found.append(row)
    return found


def passes(test: Test, row: Row, today: date, source: Source) -> bool:
    """Whether a row is as a test asks; one that says nothing never is."""
    value = row[test.column]
    if value is None:
        return False
    match test.asks:
        case Words():
            return (str(value) in test.asks.values) is not test.asks.other
        case Span():
            return _spans(completed_years(value, today) if isinstance(value, date) else value, test.asks)
        case Near(postcode=postcode, kilometres=kilometres):
            return value in postcodes_within(postcode, kilometres)
        case _:
            days, column = days_of(test.asks, today), source.find_column(test.column)
            if column is not None and column.kind is Kind.ANNIVERSARY:
                return value.month * 100 + value.day in returning(days)
            return _within(value, days)


def drawn(person_id: int, seed: str) -> int:
    """The lot of somebody, 0 to 999: by their number and the seed alone, in whole numbers every database reckons."""
    first, second, third = lots(seed)
    mixed = (person_id % PRIME * first + second) % PRIME
    return (mixed * mixed % PRIME * third + mixed) % PRIME % 1000


def lots(seed: str) -> tuple[int, int, int]:
    """Three numbers a seed stands for, none nought."""
    digest = hashlib.sha256(seed.encode()).digest()
    first, second, third = (int.from_bytes(digest[place : place + 4], "big") % (PRIME - 1) + 1 for place in (0, 4, 8))
    return first, second, third


def leaves(tree: Tree) -> Iterable[Leaf]:
    """Every condition of a tree, as read."""
    match tree:
        case Every() | Some():
            for part in tree.parts:
                yield from leaves(part)
        case Not():
            yield from leaves(tree.part)
        case _:
            yield tree


def size(tree: Tree, others: Mapping[SegmentId, tuple[int, int]]) -> tuple[int, int]:
    """How deep a tree is and how many conditions it has, with those of the segments it asks about."""
    match tree:
        case Every() | Some():
            parts = [size(part, others) for part in tree.parts]
            return 1 + max((depth for depth, _ in parts), default=0), sum(count for _, count in parts)
        case Not():
            depth, count = size(tree.part, others)
            return depth + 1, count
        case InSegment():
            depth, count = others[tree.segment_id]
            return depth + 1, count + 1
        case _:
            return 1, 1


def asked_segments(tree: Tree) -> frozenset[SegmentId]:
    """The segments a tree asks about."""
    return frozenset(leaf.segment_id for leaf in leaves(tree) if isinstance(leaf, InSegment))


def _satisfies(condition: Condition, value: Any, today: date) -> bool:
    if value is None:
        return False
    match condition.measure, condition.asks:
        case Measure.HAS, _:
            return bool(value > 0)
        case Measure.AVERAGE, Span(low=low, high=high):
            total, count = value
            return (low is None or total >= int(low) * count) and (high is None or total <= int(high) * count)
        case _, Span() as span:
            return _spans(value, span)
        case _, Between() | Year() | Month() | Rolling() | Ahead() as window:
            return within(value, days_of(window, today))
        case _:
            return True


def _compares(comparison: Comparison, facts: Facts, today: date, catalogue: Catalogue) -> bool:
    sides = []
    for side in (comparison.left, comparison.right):
        key = comparison.source
        if not rows_of(key, side.where, side.window, facts, today=today, catalogue=catalogue):
            return False
        sides.append(measured(side, facts, today=today, catalogue=catalogue, source=key))
    left, right = sides[0] * 100, sides[1] * comparison.percent
    match comparison.relation:
        case Relation.AT_LEAST:
            return bool(left >= right)
        case Relation.MORE_THAN:
            return bool(left > right)
        case Relation.AT_MOST:
            return bool(left <= right)
        case Relation.LESS_THAN:
            return bool(left < right)
        case _:
            assert_never(comparison.relation)


def _spans(value: Any, span: Span) -> bool:
    return (span.low is None or value >= span.low) and (span.high is None or value <= span.high)


def _within(value: Any, days: tuple[date | None, date | None]) -> bool:
    return value is not None and within(_day(value), days)


def _days(rows: Sequence[Row], day: str) -> list[date]:
    return [_day(row[day]) for row in rows if row[day] is not None]


def _day(value: Any) -> date:
    found: date = brussels_day(value) if hasattr(value, "hour") else value
    return found
