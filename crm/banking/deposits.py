"""Piles of cheques and cash that were carried to the bank, and the credits by which it says so: each pile once.

The pile booked its gifts when it was typed in. Its deposit books nothing more and settles the pile to the cent; one
credit may be of several piles. A deposit of another amount waits at the desk until somebody knows why.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from crm.banking import deciding, rules
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, DepositDiffers, LineDecided
from crm.banking.kept import KeptLine, LineState, Rule
from crm.banking.selects import deposited_moves, deposits
from crm.banking.tables import BankDepositRow, BankLineRow
from crm.donations import selects as gifts
from crm.donations.model import Method
from crm.foundation.database import hold
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, BatchId
from crm.vault import service as vault

MOST = 60
"""So many piles are offered for one credit."""
CARRIED = timedelta(days=92)
"""Within so many days piles are carried to the bank together, or one of two alike."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pile:
    """A batch that counts, and what its gifts came to: what the bank is to credit."""

    batch_id: BatchId
    method: Method
    received_on: date
    cents: int
    gifts: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Carried:
    """What of a pile counts in one span and came to the bank in another, with the line and the day of its credit."""

    batch_id: BatchId
    line_id: int
    on: date
    cents: int


def proposed(session: Session, line: KeptLine) -> tuple[tuple[Pile, bool], ...]:
    """The piles whose deposit a credit may be, the oldest first, each with whether it surely is: those of that very
    amount, else the only ones that make it together. None surely is where the line may be somebody's.
    """
    if not _is_deposit(line):
        return ()
    until, first_on = line.booked_on, line.booked_on - CARRIED
    same = _awaited(session, line.cents, line.cents, until=until, credited_on=until)
    if same:
        of_late = [one.batch_id for one in same if one.received_on >= first_on] or [one.batch_id for one in same]
        return tuple((one, of_late == [one.batch_id] and is_nobodys(line)) for one in same)
    found = _awaited(session, 1, line.cents, until=until, first_on=first_on, credited_on=until)
    surely = rules.only_parts([one.cents for one in found], line.cents)
    return tuple((one, place in surely and is_nobodys(line)) for place, one in enumerate(found)) if surely else ()


def others(session: Session, line: KeptLine, *, on: date | None = None) -> tuple[Pile, ...]:
    """The piles of which a credit may be the deposit whatever they come to, for a colleague who knows better: the
    latest, or those in hand on a day.
    """
    if not _is_deposit(line) or (on is not None and on > line.booked_on):
        return ()
    return _awaited(session, 1, line.cents, until=on or line.booked_on, first_on=on, credited_on=line.booked_on)


def is_nobodys(line: KeptLine) -> bool:
    """Whether nothing on a credit is of somebody: no name, no account, no words but the bank's own of a deposit."""
    is_named = line.name.strip() or line.tail or line.account_key or line.structured or line.mandate
    return not is_named and rules.is_of_bank(line.communication)


def settle(
    session: Session,
    counter: Counter,
    line_id: int,
    batch_ids: Collection[int],
    *,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """A credit is the deposit of those piles, to the cent; nothing more is booked.

    Raises LineDecided, DayToCome, and DepositDiffers where a pile is deposited already, came in hand later, they come
    to another amount, or the line is no such credit.
    """
    line = deciding.line(session, line_id)
    if line.state is not LineState.OPEN or line.version != seen:
        raise LineDecided(line)
    hold(session, "deposits")
    until = line.booked_on
    awaiting = _awaited(session, 1, line.cents, until=until, credited_on=until, among=batch_ids)
    found = awaiting if _is_deposit(line) else ()
    if len(found) != len(set(batch_ids)) or sum(one.cents for one in found) != line.cents:
        raise DepositDiffers
    if line.booked_on > brussels_day(at):
        raise DayToCome
    decided = deciding.decide(
        session, counter, line_id, LineState.MATCHED, person_id=None, rule=Rule.DEPOSIT, seen=seen, by=by, at=at
    )
    session.add_all(BankDepositRow(batch_id=one.batch_id, line_id=line_id) for one in found)
    session.flush()
    vault.forget_waiting(session, {decided.fingerprint})
    return decided


def take_back(session: Session, line: KeptLine) -> None:
    """A credit was not the deposit that it was taken for: its piles await theirs again."""
    hold(session, "deposits")
    session.execute(delete(BankDepositRow).where(BankDepositRow.line_id == line.id))


def of_line(session: Session, line: KeptLine) -> tuple[Pile, ...]:
    """The piles of which a credit is the deposit."""
    piles, row = gifts.piles(line.booked_on).subquery("piles"), BankDepositRow
    query = select(piles).join(row, row.batch_id == piles.c.batch_id).where(row.line_id == line.id)
    return tuple(map(_pile, session.execute(query.order_by(piles.c.batch_id))))


def credits_of(session: Session, batch_ids: Collection[int]) -> dict[BatchId, tuple[int, date]]:
    """Of each of those piles that is deposited, the line (number, day) that says so."""
    row, line = BankDepositRow, BankLineRow
    query = select(row.batch_id, line.id, line.booked_on).join(line, line.id == row.line_id)
    found = session.execute(query.where(row.batch_id.in_(batch_ids)))
    return {BatchId(batch_id): (line_id, on) for batch_id, line_id, on in found}


def awaited(session: Session, first_on: date, last_on: date, *, size: int) -> tuple[int, int, tuple[Pile, ...]]:
    """Piles in hand on those days that no credit deposited: how many, their cents, the oldest."""
    piles = gifts.piles().subquery("piles")
    waits = (piles.c.batch_id.not_in(select(BankDepositRow.batch_id)), piles.c.received_on.between(first_on, last_on))
    count, cents = session.execute(select(func.count(), func.coalesce(func.sum(piles.c.cents), 0)).where(*waits)).one()
    query = select(piles).where(*waits).order_by(piles.c.received_on, piles.c.batch_id).limit(size)
    return count, int(cents), tuple(map(_pile, session.execute(query)))


def carried(session: Session, first_on: date, last_on: date) -> tuple[tuple[Carried, ...], tuple[Carried, ...]]:
    """What of the piles was booked on those days and credited on others, and what the other way round."""
    moves = deposited_moves().subquery("deposited_moves")
    is_booked, is_credited = (on.between(first_on, last_on) for on in (moves.c.booked_on, moves.c.credited_on))
    key = (moves.c.batch_id, moves.c.line_id, moves.c.credited_on)
    cents = func.sum(moves.c.cents).label("cents")
    several = [
        select(*key, cents).where(*are).group_by(*key).order_by(moves.c.credited_on, moves.c.batch_id)
        for are in ((is_booked, ~is_credited), (~is_booked, is_credited))
    ]
    out, in_ = (
        tuple(
            Carried(batch_id=BatchId(one.batch_id), line_id=one.line_id, on=one.credited_on, cents=int(one.cents))
            for one in session.execute(query)
            if one.cents
        )
        for query in several
    )
    return out, in_


def told(session: Session, first_on: date, last_on: date) -> tuple[tuple[int, int, int, BatchId], ...]:
    """(line, cents of the line, cents of its piles by the ledger, the first of these) of each deposit of those days."""
    found = deposits().subquery("deposits")
    query = select(found).where(found.c.booked_on.between(first_on, last_on)).order_by(found.c.line_id)
    return tuple(
        (one.line_id, int(one.cents), int(one.ledger_cents), BatchId(one.batch_id)) for one in session.execute(query)
    )


def _is_deposit(line: KeptLine) -> bool:
    return line.cents > 0 and line.return_kind is None and not line.fee and not line.mandate


def _awaited(
    session: Session,
    least: int,
    most: int,
    *,
    until: date,
    credited_on: date,
    first_on: date | None = None,
    among: Collection[int] | None = None,
) -> tuple[Pile, ...]:
    """Piles of so many cents in hand by then that no credit deposited, the oldest first: of many, the latest."""
    piles = gifts.piles(credited_on).subquery("piles")
    query = select(piles).where(
        piles.c.batch_id.not_in(select(BankDepositRow.batch_id)),
        piles.c.received_on.between(first_on or date.min, until),
        piles.c.cents.between(least, most),
    )
    query = query.order_by(piles.c.received_on.desc(), piles.c.batch_id.desc())
    query = query.limit(MOST) if among is None else query.where(piles.c.batch_id.in_(set(among)))
    return tuple(map(_pile, session.execute(query)))[::-1]


def _pile(row: Any) -> Pile:
    return Pile(
        batch_id=BatchId(row.batch_id),
        method=row.method,
        received_on=row.received_on,
        cents=int(row.cents),
        gifts=row.gifts,
    )
