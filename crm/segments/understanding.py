"""Understanding donors: what came in by month, who is new, stays, comes back or leaves, and the grid of RFM."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import case, extract, func, or_, select

from crm.donations.model import GiftKind
from crm.donations.selects import effective_gifts
from crm.segments.grid import RFM, RFM_AXES
from crm.segments.library import FLOWS
from crm.segments.model import Every, Tree
from crm.segments.selects import Question, clause, person_columns
from crm.segments.windows import months_back


@dataclass(frozen=True, kw_only=True, slots=True)
class Income:
    """Cents by month of this year and of last year; of the present month, last year only up to the same day."""

    this_year: tuple[int, ...]
    last_year: tuple[int, ...]
    same_day: int
    """Last year from its first day to the same day."""

    @property
    def total(self) -> int:
        """This year so far."""
        return sum(self.this_year)


def income(question: Question) -> Income:
    """What was given and kept, sales aside, month by month up to today."""
    today = question.today
    gifts = effective_gifts().subquery("gifts")
    year, month = extract("year", gifts.c.given_on), extract("month", gifts.c.given_on)
    same = months_back(today, 12)
    until = or_(gifts.c.given_on <= same, year == today.year)
    rows = question.session.execute(
        select(year, month, func.sum(gifts.c.net_cents), func.sum(case((until, gifts.c.net_cents), else_=0)))
        .where(gifts.c.kind != GiftKind.SALE, gifts.c.given_on.between(date(today.year - 1, 1, 1), today))
        .group_by(year, month)
    )
    found = {(int(one), int(other)): (int(whole), int(so_far)) for one, other, whole, so_far in rows}
    months = range(1, 13)
    last = tuple(found.get((today.year - 1, n), (0, 0))[0] for n in months)
    return Income(
        this_year=tuple(found.get((today.year, n), (0, 0))[0] for n in months),
        last_year=last,
        same_day=sum(found.get((today.year - 1, n), (0, 0))[1] for n in months),
    )


def counts(trees: Mapping[str, Tree], question: Question) -> dict[str, int]:
    """How many people each tree picks, all in one pass."""
    everybody = question.everybody(person_columns(Every(parts=tuple(trees.values())), question))
    sums = [func.sum(case((clause(tree, everybody, question), 1), else_=0)) for tree in trees.values()]
    row = question.session.execute(select(*sums).select_from(everybody)).one()
    return {key: int(value or 0) for key, value in zip(trees, row, strict=True)}


def flows(question: Question) -> dict[str, int]:
    """Who is new, stays, came back, left; this year and, to the same day, last year."""
    return counts({key: one.tree for key, one in FLOWS.items() if one.tree is not None}, question)


def grid(question: Question) -> dict[str, int]:
    """People by cell of the RFM grid: each axis is asked once."""
    everybody = question.everybody(frozenset())
    held = [case((clause(tree, everybody, question), 1), else_=0).label(f"a{n}") for n, tree in enumerate(RFM_AXES)]
    each = select(*held).select_from(everybody).subquery("each")
    columns = list(each.c)
    rows = question.session.execute(select(*columns, func.count()).group_by(*columns))
    found = {tuple(int(value) for value in row[:-1]): int(row[-1]) for row in rows}
    return {
        key: sum(number for held, number in found.items() if all(held[place] == value for place, value in cell))
        for key, (cell, _) in RFM.items()
    }
