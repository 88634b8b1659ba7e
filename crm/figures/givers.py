"""The gifts that figures of people look at: those of the living, as segments see them."""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, ColumnElement, Integer, Subquery, case, cast, extract, func, select

from crm.segments.phrases import GIFT
from crm.segments.selects import Question


def part(name: str, day: Any) -> ColumnElement[int]:
    """The year, month or day of a day."""
    return cast(extract(name, day), Integer)


def rows(question: Question, key: str, *columns: str) -> Subquery:
    """The rows of a source that belong to somebody who can be found, with those columns."""
    found = question.catalogue.source(key).rows(question.asking(frozenset(columns))).subquery(f"all_{key}")
    everybody = question.everybody(frozenset())
    return select(*found.c).join(everybody, everybody.c.person_id == found.c.person_id).subquery(f"of_{key}")


def gifts(question: Question, *columns: str) -> Subquery:
    """Gifts: neither sales nor fees."""
    return rows(question, GIFT, "given_on", "cents", *columns)


def years(question: Question) -> CTE:
    """Each year in which somebody gave: cents, the first day; their first year, the years before and after it."""
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
    ).cte("giver_years")


def count_if(holds: ColumnElement[bool]) -> ColumnElement[int]:
    """In how many rows something holds."""
    return func.coalesce(func.sum(case((holds, 1), else_=0)), 0)


def sum_if(holds: ColumnElement[bool], what: ColumnElement[Any]) -> ColumnElement[int]:
    """What those rows come to in which something holds."""
    return func.coalesce(func.sum(case((holds, what), else_=0)), 0)
