"""Whole months added to days, in SQL as in Python: a day as a number that a month moves by a hundred.

`mark` of 31 January 2027 is 2432531 (months since year 0, times a hundred, plus the day); a month later it is the 31st
of February, which is the first of March: so much time nobody loses, however often months are added.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, and_, case, cast, extract, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

MONTH = 100
"""What one month adds to a mark."""


def mark(day: date) -> int:
    """A day as a number that `MONTH` moves on by a month."""
    return (day.year * 12 + day.month - 1) * MONTH + day.day


def day_at(number: int) -> date:
    """The day of a mark; one that its month does not have is the first of the next."""
    months, day = divmod(number, MONTH)
    year, month = divmod(months, 12)
    first = date(year, month + 1, 1)
    following = (first.replace(day=28) + timedelta(days=4)).replace(day=1)
    return min(first + timedelta(days=day - 1), following)


def mark_of(day: Any) -> ColumnElement[int]:
    """`mark` of a column of days."""
    year, month = cast(extract("year", day), Integer), cast(extract("month", day), Integer)
    return (year * 12 + month - 1) * MONTH + cast(extract("day", day), Integer)


class brussels_day_of(FunctionElement[date]):  # noqa: N801 - it is used as a function in queries
    """`brussels_day_of(column)`: the Belgian day of a column of instants; twin of `calendar.brussels_day`."""

    type = Date()
    inherit_cache = True


@compiles(brussels_day_of, "sqlite")
def _brussels_day_on_sqlite(element: brussels_day_of, compiler: SQLCompiler, **how: Any) -> str:
    """SQLite knows no zones: two hours ahead between the last Sundays of March and October, at one o'clock UTC."""
    (instant,) = element.clauses

    def turn(last_week: str) -> ColumnElement[str]:
        return func.datetime(func.strftime(f"%Y-{last_week}", instant), "weekday 0", "+1 hour")

    is_summer = and_(func.datetime(instant) >= turn("03-25"), func.datetime(instant) < turn("10-25"))
    ahead = case((is_summer, "+2 hours"), else_="+1 hour")
    return str(compiler.process(func.date(instant, ahead), **how))


@compiles(brussels_day_of, "postgresql")
def _brussels_day_on_postgresql(element: brussels_day_of, compiler: SQLCompiler, **how: Any) -> str:
    (instant,) = element.clauses
    return str(compiler.process(cast(func.timezone("Europe/Brussels", instant), Date), **how))


class day_marked(FunctionElement[date]):  # noqa: N801 - it is used as a function in queries
    """`day_marked(column)`: `day_at` of a column of marks."""

    type = Date()
    inherit_cache = True


def _parts(element: day_marked) -> tuple[Any, Any, Any]:
    (number,) = element.clauses
    months = number // MONTH
    return months // 12, months % 12 + 1, number % MONTH


@compiles(day_marked, "sqlite")
def _day_marked_on_sqlite(element: day_marked, compiler: SQLCompiler, **how: Any) -> str:
    year, month, day = _parts(element)
    first = func.printf("%04d-%02d-01", year, month)
    reached = func.date(first, func.printf("+%d days", day - 1))
    following = func.date(first, "+1 month")
    return str(compiler.process(case((reached < following, reached), else_=following), **how))


@compiles(day_marked, "postgresql")
def _day_marked_on_postgresql(element: day_marked, compiler: SQLCompiler, **how: Any) -> str:
    year, month, day = _parts(element)
    first = func.make_date(cast(year, Integer), cast(month, Integer), 1, type_=Date())
    following = cast(first + func.make_interval(0, 1), Date)
    return str(compiler.process(func.least(first + cast(day - 1, Integer), following), **how))
