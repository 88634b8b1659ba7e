"""The meaning of a tree for everybody, as one SELECT. A property test holds it to `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, assert_never

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    String,
    Subquery,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Kind, Measure, Source
from crm.foundation.columns import Instant
from crm.segments.catalogue import Catalogue
from crm.segments.model import (
    Comparison,
    Condition,
    Definition,
    Every,
    Given,
    InSegment,
    Near,
    Not,
    Relation,
    Sample,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
)
from crm.segments.rules import PRIME, leaves, lots
from crm.segments.windows import days_of, instants_of, months_back
from crm.values.belgium.distances import postcodes_within
from crm.values.calendar import brussels_day
from crm.values.identifiers import SegmentId

SignBySign = String(60).with_variant(String(60, collation="C"), "postgresql")
"""Texts compared as Python compares them, on both databases."""
_ASKED = {Measure.COUNT, Measure.SUM}
"""What is 0 of nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Where and when a tree is asked: the sources, the segments it asks about, and the living people it picks from."""

    session: Session
    at: datetime
    catalogue: Catalogue
    others: Mapping[SegmentId, Definition] = field(default_factory=dict)
    among: Any = None
    """Whom alone the answer has to be right of, for sources that narrow themselves."""

    @property
    def today(self) -> date:
        """The Belgian day of the question."""
        return brussels_day(self.at)

    def asking(self, columns: frozenset[str], given: Given = frozenset(), among: Any = None) -> Asking:
        """The same, as sources are asked."""
        whom = self.among if among is None else among
        return Asking(session=self.session, at=self.at, on=self.today, columns=columns, given=dict(given), among=whom)

    def everybody(self, columns: frozenset[str]) -> Subquery:
        """Whoever can be found at all, with those columns."""
        return self.catalogue.person.rows(self.asking(columns)).subquery("everybody")


def members(definition: Definition, question: Question) -> Select[*tuple[Any, ...]]:
    """The `person_id` of everybody in a segment."""
    everybody = question.everybody(person_columns(definition.tree, question))
    return select(everybody.c.person_id).where(belongs(definition, everybody, question))


def belongs(definition: Definition, everybody: Subquery, question: Question) -> ColumnElement[bool]:
    """Whether the person at hand is in a segment; never NULL."""
    return picked(definition, clause(definition.tree, everybody, question), everybody.c.person_id)


def picked(definition: Definition, holds: ColumnElement[bool], person_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether somebody is in whose tree says so: the hand that put them in or out has the last word."""
    if definition.included:
        holds = or_(holds, person_id.in_(sorted(definition.included)))
    if definition.excluded:
        holds = and_(holds, person_id.not_in(sorted(definition.excluded)))
    return holds


def person_columns(tree: Tree, question: Question) -> frozenset[str]:
    """The columns of people themselves that a tree, and the segments it asks about, look at."""
    found: set[str] = set()
    for leaf in leaves(tree):
        if isinstance(leaf, Condition) and leaf.source == question.catalogue.person.key:
            found |= {test.column for test in leaf.where} | ({question.catalogue.person.day} if leaf.window else set())
        elif isinstance(leaf, InSegment):
            found |= person_columns(question.others[leaf.segment_id].tree, question)
    return frozenset(found)


def clause(  # noqa: PLR0911 - one answer for each noun
    tree: Tree, everybody: Subquery, question: Question
) -> ColumnElement[bool]:
    """Whether a tree holds of the person at hand; never NULL."""
    match tree:
        case Every():
            return _every(tree, everybody, question)
        case Some(least=1):
            return or_(false(), *(clause(part, everybody, question) for part in tree.parts))
        case Some():
            ones = [case((clause(part, everybody, question), 1), else_=0) for part in tree.parts]
            return sum(ones[1:], start=ones[0]) >= tree.least
        case Not():
            return not_(clause(tree.part, everybody, question))
        case Condition():
            return _condition(tree, everybody, question)
        case Comparison():
            return everybody.c.person_id.in_(_comparison(tree, question))
        case InSegment():
            return belongs(question.others[tree.segment_id], everybody, question)
        case Sample():
            return lot(everybody.c.person_id, tree.seed) % 1000 < tree.per_thousand
        case _:
            assert_never(tree)


def _every(tree: Every, everybody: Subquery, question: Question) -> ColumnElement[bool]:
    """All parts; those that are fast of a few people are asked last, of those whom the others leave."""
    slow = [part for part in tree.parts if _narrows(part, question)]
    fast = [part for part in tree.parts if part not in slow]
    if question.among is not None or not slow or not any(isinstance(part, Condition | Comparison) for part in fast):
        return and_(true(), *(clause(part, everybody, question) for part in tree.parts))
    several = question.everybody(person_columns(Every(parts=tuple(fast)), question))
    left = and_(true(), *(clause(part, several, question) for part in fast))
    few = select(several.c.person_id).where(left).cte().prefix_with("MATERIALIZED")
    asked = replace(question, among=select(few.c.person_id))
    return and_(everybody.c.person_id.in_(asked.among), *(clause(part, everybody, asked) for part in slow))


def _narrows(part: Tree, question: Question) -> bool:
    inner = part.part if isinstance(part, Not) else part
    return isinstance(inner, Condition) and question.catalogue.source(inner.source).narrows


def lot(person_id: ColumnElement[Any], seed: str) -> ColumnElement[int]:
    """The whole lot of somebody, by their number and the seed alone; `rules.drawn` is its last three figures."""
    first, second, third = lots(seed)
    mixed = (person_id % PRIME * first + second) % PRIME
    return (mixed * mixed % PRIME * third + mixed) % PRIME


def _condition(condition: Condition, everybody: Subquery, question: Question) -> ColumnElement[bool]:
    source = question.catalogue.source(condition.source)
    if source.is_person:
        return func.coalesce(and_(true(), *_tests(condition, source, everybody, question.today)), False)
    if (of_kept := _of_kept(condition, source, everybody, question)) is not None:
        return of_kept
    rows = _rows(source, [condition], question)
    found = select(rows.c.person_id).where(*_tests(condition, source, rows, question.today))
    if condition.measure is Measure.HAS:
        return everybody.c.person_id.in_(found)
    found = found.group_by(rows.c.person_id)
    having = _having(condition, source, rows, question.today)
    if condition.measure in _ASKED and isinstance(condition.asks, Span) and _holds_of_nothing(condition.asks):
        return everybody.c.person_id.not_in(found.having(not_(having)))
    return everybody.c.person_id.in_(found.having(having))


def _of_kept(
    condition: Condition, source: Source, everybody: Subquery, question: Question
) -> ColumnElement[bool] | None:
    """The same from figures that were kept, where they are of just these rows; else None."""
    wanted = Measure.COUNT if condition.measure is Measure.HAS else condition.measure
    first, last = days_of(condition.window, question.today)
    is_all = (first, last) == (None, None)
    is_until_today = first is not None and last == question.today and wanted in _ASKED
    kept = None
    if source.kept is not None and not condition.where and (is_all or is_until_today):
        kept = source.kept(question.asking(frozenset()))
    name = kept.figures.get((wanted, first)) if kept else None
    if kept is None or name is None:
        return None
    rows, asks = kept.rows.subquery(), condition.asks
    found, figure = select(rows.c.person_id), rows.c[name]
    if condition.measure is Measure.HAS:
        holds = figure > 0
    elif isinstance(asks, Span):
        holds = _spanned(figure, asks)
        if wanted in _ASKED and _holds_of_nothing(asks):
            return everybody.c.person_id.not_in(found.where(not_(holds)))
    else:
        holds = and_(true(), *_in_window(figure, _kind(source, source.day), asks, question.today))
    return everybody.c.person_id.in_(found.where(holds))


def _having(condition: Condition, source: Source, rows: CTE, today: date) -> ColumnElement[bool]:
    asks = condition.asks
    match condition.measure:
        case Measure.FIRST | Measure.LAST:
            day = rows.c[source.day]
            end = func.min(day) if condition.measure is Measure.FIRST else func.max(day)
            assert asks is None or not isinstance(asks, Span)
            kind = _kind(source, source.day)
            return and_(end.is_not(None), *_in_window(type_coerce(end, day.type), kind, asks, today))
        case Measure.AVERAGE:
            assert isinstance(asks, Span)
            total, count = func.sum(rows.c[source.amount]), func.count()
            ends = [] if asks.low is None else [total >= count * int(asks.low)]
            return and_(*ends, *([] if asks.high is None else [total <= count * int(asks.high)]))
        case _:
            assert isinstance(asks, Span)
            return _spanned(_measured(condition, source, rows, true()), asks)


def _measured(part: Condition | Side, source: Source, rows: CTE, counts: ColumnElement[bool]) -> Any:
    amount = case((counts, rows.c[source.amount])) if source.amount else None
    match part.measure:
        case Measure.SUM:
            return func.sum(amount)
        case Measure.LARGEST:
            return func.max(amount)
        case Measure.SMALLEST:
            return func.min(amount)
        case _:
            return func.count(case((counts, 1)))


def _comparison(comparison: Comparison, question: Question) -> Select[*tuple[Any, ...]]:
    source = question.catalogue.source(comparison.source)
    sides = (comparison.left, comparison.right)
    rows = _rows(source, sides, question)
    counted = [and_(true(), *_tests(side, source, rows, question.today)) for side in sides]
    left, right = (
        func.nullif(_measured(side, source, rows, counts), 0)
        if side.measure is Measure.COUNT
        else _measured(side, source, rows, counts)
        for side, counts in zip(sides, counted, strict=True)
    )
    match comparison.relation:
        case Relation.AT_LEAST:
            holds = left * 100 >= right * comparison.percent
        case Relation.MORE_THAN:
            holds = left * 100 > right * comparison.percent
        case Relation.AT_MOST:
            holds = left * 100 <= right * comparison.percent
        case Relation.LESS_THAN:
            holds = left * 100 < right * comparison.percent
        case _:
            assert_never(comparison.relation)
    return select(rows.c.person_id).where(or_(*counted)).group_by(rows.c.person_id).having(holds)


def columns_of(parts: Sequence[Condition | Side], source: Source) -> frozenset[str]:
    """The columns of a source that those conditions look at."""
    found = {test.column for part in parts for test in part.where}
    if any(part.window is not None or part.measure in {Measure.FIRST, Measure.LAST} for part in parts):
        found.add(source.day)
    if any(part.measure not in {Measure.HAS, Measure.COUNT, Measure.FIRST, Measure.LAST} for part in parts):
        found.add(source.amount)
    return frozenset(found)


def _rows(source: Source, parts: Sequence[Condition | Side], question: Question) -> CTE:
    """Each stands at the head of the statement: groups within groups are deep enough for SQLite, which reads 100."""
    columns = columns_of(parts, source)
    given = question.catalogue.given(source.key, parts[0].where)
    return source.rows(question.asking(columns, given)).cte()


def _kind(source: Source, key: str) -> Kind:
    column = source.find_column(key)
    assert column is not None
    return column.kind


def _tests(part: Condition | Side, source: Source, rows: FromClause, today: date) -> list[ColumnElement[bool]]:
    found = []
    if part.window is not None:
        found += _in_window(rows.c[source.day], _kind(source, source.day), part.window, today)
    for test in part.where:
        found += _passes(test, rows.c[test.column], _kind(source, test.column), today)
    return found


def _passes(test: Test, column: ColumnElement[Any], kind: Kind, today: date) -> list[ColumnElement[bool]]:
    match test.asks:
        case Words(values=values, other=other):
            return [_worded(column, values, other=other)]
        case Span() as span:
            if kind is Kind.TEXT:
                return [_spanned(cast(column, SignBySign), span)]
            return _aged(column, span, today) if kind is Kind.BIRTH else [_spanned(column, span)]
        case Near(postcode=postcode, kilometres=kilometres):
            return [column.in_(sorted(postcodes_within(postcode, kilometres)))]
        case _:
            return [column.is_not(None), *_in_window(column, kind, test.asks, today)]


def _worded(column: ColumnElement[Any], values: frozenset[str], *, other: bool) -> ColumnElement[bool]:
    """One of these words, or none; numbers of rows (a tag, a petition) are words too, as they are written."""
    if isinstance(column.type, Integer):
        numbers = sorted(
            int(value) for value in values if value.isdecimal() and len(value) < 16 and str(int(value)) == value
        )
        return and_(column.is_not(None), column.not_in(numbers) if other else column.in_(numbers))
    text = type_coerce(column, String())
    return text.not_in(sorted(values)) if other else text.in_(sorted(values))


def _spanned(value: ColumnElement[Any], span: Span) -> ColumnElement[bool]:
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


def _in_window(column: ColumnElement[Any], kind: Kind, window: Window | None, today: date) -> list[ColumnElement[bool]]:
    first, last = days_of(window, today)
    if kind is Kind.INSTANT:
        since, before = instants_of((first, last))
        found = [] if since is None else [column >= literal(since, Instant())]
        return [*found, *([] if before is None else [column < literal(before, Instant())])]
    found = [] if first is None else [column >= literal(first, Date())]
    return [*found, *([] if last is None else [column <= literal(last, Date())])]


def _holds_of_nothing(span: Span) -> bool:
    return (span.low is None or int(span.low) <= 0) and (span.high is None or int(span.high) >= 0)
