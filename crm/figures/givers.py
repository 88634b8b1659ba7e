"""The gifts that figures of people look at: everybody’s, of whoever has died since too: the past stays as it was."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Select, Subquery, case, cast, extract, func, select

from crm.people import selects as people
from crm.segments.phrases import GIFT
from crm.segments.selects import Question


def part(name: str, day: Any) -> ColumnElement[int]:
    """The year, month or day of a day."""
    return cast(extract(name, day), Integer)


def rows(question: Question, key: str, *columns: str) -> Subquery:
    """The rows of a source with those columns: of everybody but the merged, or of those whom the question is about."""
    found = _source(question, key, columns)
    who = people.everybody().subquery("whoever")
    kept = select(*found.c).join(who, who.c.person_id == found.c.person_id).where(~who.c.is_merged)
    if question.among is not None:
        kept = kept.where(found.c.person_id.in_(question.among))
    return kept.subquery(f"of_{key}")


def found_rows(question: Question, key: str, *columns: str) -> Subquery:
    """Those of whoever can be found today, as segments see them: for what compares donors with one another."""
    found, everybody = _source(question, key, columns), question.everybody(frozenset())
    return select(*found.c).join(everybody, everybody.c.person_id == found.c.person_id).subquery(f"of_{key}")


def the_dead() -> Select[*tuple[Any, ...]]:
    """Whose death is recorded: figures count them, and no segment finds them."""
    who = people.everybody().subquery("gone")
    return select(who.c.person_id).where(who.c.is_deceased, ~who.c.is_merged)


def _source(question: Question, key: str, columns: tuple[str, ...]) -> Subquery:
    return question.catalogue.source(key).rows(question.asking(frozenset(columns))).subquery(f"all_{key}")


def gifts(question: Question, *columns: str) -> Subquery:
    """Gifts: neither sales nor fees."""
    return rows(question, GIFT, "given_on", "cents", *columns)


def years(question: Question) -> CTE:
    """Each year in which somebody gave: cents, the first day; their first year, the years before and after it, with
    the cents of the one before and the first day of the one after.
    """
    gift = gifts(question)
    year = part("year", gift.c.given_on)
    each = (
        select(
            gift.c.person_id,
            year.label("year"),
            func.sum(gift.c.cents).label("cents"),
            func.min(gift.c.given_on).label("begun_on"),
        )
        .group_by(gift.c.person_id, year)
        .subquery("each_year")
    )
    order: dict[str, Any] = {"partition_by": each.c.person_id, "order_by": each.c.year}
    return select(
        *each.c,
        func.min(each.c.year).over(partition_by=each.c.person_id).label("first_year"),
        func.lag(each.c.year).over(**order).label("year_before"),
        func.lead(each.c.year).over(**order).label("year_after"),
        func.lead(each.c.begun_on).over(**order).label("after_on"),
        func.lag(each.c.cents).over(**order).label("cents_before"),
    ).cte("giver_years")


def count_if(holds: ColumnElement[bool]) -> ColumnElement[int]:
    """In how many rows something holds."""
    return func.coalesce(func.sum(case((holds, 1), else_=0)), 0)


def sum_if(holds: ColumnElement[bool], what: ColumnElement[Any]) -> ColumnElement[int]:
    """What those rows come to in which something holds."""
    return func.coalesce(func.sum(case((holds, what), else_=0)), 0)
