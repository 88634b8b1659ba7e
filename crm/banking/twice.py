"""One statement told by two formats (CODA and camt.053): the second is refused, since none of its lines is known again.

A line in one format hardly ever says what it says in the other, so that statements are compared instead: those of one
account, in another format, that cover the same days. An extract counts nothing, and is never in the way.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.errors import HeldAlready
from crm.banking.kept import HeldStatement
from crm.banking.model import Line, Piece, Statement


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A statement of a file that is being brought in, and the days on which its lines are."""

    statement: Statement
    days: frozenset[date] = field(default_factory=frozenset)

    @property
    def covers(self) -> tuple[date, date] | None:
        """From the day after its opening balance to that of its closing one; without balances, its lines' days."""
        one = self.statement
        if one.opening_cents is None or one.closing_cents is None or one.opening_on is None or one.closing_on is None:
            return (min(self.days), max(self.days)) if self.days else None
        return _covered(one.opening_on, one.closing_on)


def told(pieces: Iterable[Piece]) -> tuple[Told, ...]:
    """The statements of a file, read to its end."""
    found: list[Told] = []
    days: set[date] = set()
    for piece in pieces:
        if isinstance(piece, Line):
            days.add(piece.booked_on)
        elif isinstance(piece, Statement):
            found.append(Told(statement=piece, days=frozenset(days)))
            days = set()
    return tuple(found)


def refuse(session: Session, several: Sequence[Told]) -> None:
    """Raises `HeldAlready` for the first statement whose days another format told already."""
    for one in several:
        covers = None if one.statement.extract else one.covers
        if covers is None:
            continue
        since, until = min(covers[0], *(one.days or covers)), covers[1]
        for held in store.held_otherwise(session, one.statement.account, one.statement.format, since, until):
            if _is_same(session, one, covers, held):
                raise HeldAlready(held, row=one.statement.row)


def _is_same(session: Session, one: Told, covers: tuple[date, date], held: HeldStatement) -> bool:
    """Whether both count the same days; where they only touch, whether both have lines on the day between them."""
    theirs = _covered(held.opening_on, held.closing_on)
    if covers[0] <= theirs[1] and theirs[0] <= covers[1]:
        return True
    both = {day for day in one.days if held.opening_on <= day <= held.closing_on}
    return bool(both) and store.has_lines_on(session, held.file_id, held.account, both)


def _covered(opening_on: date, closing_on: date) -> tuple[date, date]:
    """A balance of a day is what stood at its end, unless both are of one day."""
    return (min(opening_on + timedelta(days=1), closing_on), closing_on)
