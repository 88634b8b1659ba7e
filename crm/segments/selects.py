"""The meaning of a tree for everybody, as one SELECT. A property test holds it to `rules.py`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, assert_never

from sqlalchemy import (
    CTE,
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    false,
    func,
    not_,
    or_,
    select,
    true,
    type_coerce,
)
from sqlalchemy.orm import Session

from crm.contracts.segment_fields import Asking, Measure, Source
from crm.foundation.bulk import numbers
from crm.segments.catalogue import Catalogue
from crm.segments.model import (
    Comparison,
    Condition,
    Definition,
    Every,
    Given,
    InSegment,
    Not,
    Relation,
    Sample,
    Side,
    Some,
    Span,
    Tree,
)
from crm.segments.passing import (
    figure_holds,
    holds_of_nothing,
    in_window,
    kept_figure,
    kind_of,
    spanned,
    tests_pass,
)
from crm.segments.rules import PRIME, leaves, lots
from crm.segments.wide_selects import Wide
from crm.values.calendar import brussels_day
from crm.values.identifiers import SegmentId


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """Where and when a tree is asked: the sources, the segments it asks about, and the living people it picks from."""

    session: Session
    at: datetime
    catalogue: Catalogue
    others: Mapping[SegmentId, Definition] = field(default_factory=dict)
    among: Any = None
    """Whom alone the answer has to be right of, for sources that narrow themselves."""
    wide: Wide | None = None
    """Everybody in one row each, which stands for the rooms' own rows where they say the same."""

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
        if self.wide is not None:
            return self.wide.rows().subquery("everybody")
        return self.catalogue.person.rows(self.asking(columns)).subquery("everybody")


def members(definition: Definition, question: Question) -> Select[*tuple[Any, ...]]:
    """The `person_id` of everybody in a segment."""
    everybody = question.everybody(person_columns(definition.tree, question))
    return select(everybody.c.person_id).where(belongs(definition, everybody, question))


def belongs(definition: Definition, everybody: Subquery, question: Question) -> ColumnElement[bool]:
    """Whether the person at hand is in a segment; never NULL."""
    return picked(definition, clause(definition.tree, everybody, question), everybody.c.person_id, question.session)


def picked(
    definition: Definition, holds: ColumnElement[bool], person_id: ColumnElement[Any], session: Session
) -> ColumnElement[bool]:
    """Whether somebody is in whose tree says so: the hand that put them in or out has the last word.

    All it put in are one parameter: many segments in one question would be more of them than a statement may have.
    """
    if definition.included:
        holds = or_(holds, person_id.in_(numbers(session, definition.included)))
    if definition.excluded:
        holds = and_(holds, person_id.not_in(numbers(session, definition.excluded)))
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
    if not isinstance(inner, Condition) or not question.catalogue.source(inner.source).narrows:
        return False
    return question.wide is None or question.wide.bits(inner) is None


def lot(person_id: ColumnElement[Any], seed: str) -> ColumnElement[int]:
    """The whole lot of somebody, by their number and the seed alone; `rules.drawn` is its last three figures."""
    first, second, third = lots(seed)
    mixed = (person_id % PRIME * first + second) % PRIME
    return (mixed * mixed % PRIME * third + mixed) % PRIME


def _condition(condition: Condition, everybody: Subquery, question: Question) -> ColumnElement[bool]:
    source = question.catalogue.source(condition.source)
    if source.is_person:
        return func.coalesce(and_(true(), *tests_pass(condition, source, everybody, question.today)), False)
    if question.wide is not None:
        said = question.wide.clause(condition, source, everybody, question.asking(frozenset()))
        if said is not None:
            return said
    if (of_kept := _of_kept(condition, source, everybody, question)) is not None:
        return of_kept
    rows = _rows(source, [condition], question)
    found = select(rows.c.person_id).where(*tests_pass(condition, source, rows, question.today))
    if condition.measure is Measure.HAS:
        return everybody.c.person_id.in_(found)
    found = found.group_by(rows.c.person_id)
    having = _having(condition, source, rows, question.today)
    if holds_of_nothing(condition):
        return everybody.c.person_id.not_in(found.having(not_(having)))
    return everybody.c.person_id.in_(found.having(having))


def _of_kept(
    condition: Condition, source: Source, everybody: Subquery, question: Question
) -> ColumnElement[bool] | None:
    """The same from figures that were kept, where they are of just these rows; else None."""
    found = kept_figure(condition, source, question.asking(frozenset()))
    if found is None:
        return None
    kept, name = found
    rows = kept.rows.subquery()
    holds = figure_holds(condition, rows.c[name], source, question.today)
    if holds_of_nothing(condition):
        return everybody.c.person_id.not_in(select(rows.c.person_id).where(not_(holds)))
    return everybody.c.person_id.in_(select(rows.c.person_id).where(holds))


def _having(condition: Condition, source: Source, rows: CTE, today: date) -> ColumnElement[bool]:
    asks = condition.asks
    match condition.measure:
        case Measure.FIRST | Measure.LAST:
            day = rows.c[source.day]
            end = func.min(day) if condition.measure is Measure.FIRST else func.max(day)
            assert asks is None or not isinstance(asks, Span)
            kind = kind_of(source, source.day)
            return and_(end.is_not(None), *in_window(type_coerce(end, day.type), kind, asks, today))
        case Measure.AVERAGE:
            assert isinstance(asks, Span)
            total, count = func.sum(rows.c[source.amount]), func.count()
            ends = [] if asks.low is None else [total >= count * int(asks.low)]
            return and_(*ends, *([] if asks.high is None else [total <= count * int(asks.high)]))
        case _:
            assert isinstance(asks, Span)
            return spanned(_measured(condition, source, rows, true()), asks)


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
    counted = [and_(true(), *tests_pass(side, source, rows, question.today)) for side in sides]
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
