"""Refunds that two colleagues decided, and the debits of the bank that paid them: each refund once, to the cent.

The decision booked the refund; its debit books nothing and stands on the gift. One debit may pay several, of several
people. Of equal refunds of one gift the first
was paid by whatever paid first. What a provider gave back for us was paid by no line of ours.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, delete, func, literal, null, select, union_all
from sqlalchemy.orm import Session

from crm.banking import deciding, rules, store
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, RefundElsewhere
from crm.banking.kept import KeptLine, LineState, Owed, Paid, Rule
from crm.banking.selects import refund_lines
from crm.banking.tables import BankRefundRow
from crm.donations import selects as donations
from crm.donations import service as gifts
from crm.foundation.database import hold
from crm.payments import selects as payments
from crm.people import links
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.vault import service as vault

IBAN = "iban"
SHOWN = 30
MOST = 60
"""So many refunds are offered for one debit that paid several."""


def unpaid(session: Session, first_on: date, last_on: date, *, size: int) -> tuple[int, int, tuple[Owed, ...]]:
    """Refunds booked on those days that nothing has paid yet, on whatever day: how many, their cents, the oldest."""
    pairs = _pairs().subquery("pairs")
    owed = (pairs.c.on.is_(None), pairs.c.booked_on.between(first_on, last_on))
    count, cents = session.execute(select(func.count(), func.coalesce(func.sum(pairs.c.cents), 0)).where(*owed)).one()
    query = select(pairs).where(*owed).order_by(pairs.c.booked_on, pairs.c.entry_id).limit(size)
    return count, -int(cents), tuple(map(_owed, session.execute(query)))


def paid(session: Session, first_on: date, last_on: date) -> Paid:
    """What debits of those days paid, what of that was decided, and what providers paid of refunds of those days."""
    pairs, lines = _pairs().subquery("pairs"), refund_lines().subquery("lines")
    total = func.coalesce(func.sum(pairs.c.cents), 0)
    by_bank = select(total).where(pairs.c.line_id.is_not(None), pairs.c.on.between(first_on, last_on))
    online = select(total).where(
        pairs.c.line_id.is_(None), pairs.c.on.is_not(None), pairs.c.booked_on.between(first_on, last_on)
    )
    debits = select(func.coalesce(func.sum(lines.c.cents), 0)).where(lines.c.booked_on.between(first_on, last_on))
    known = select(pairs.c.line_id).where(pairs.c.line_id.is_not(None))
    query = select(lines).where(lines.c.booked_on.between(first_on, last_on), lines.c.line_id.not_in(known))
    return Paid(
        decided_cents=int(session.scalar(by_bank) or 0),
        debit_cents=int(session.scalar(debits) or 0),
        online_cents=int(session.scalar(online) or 0),
        undecided=tuple(
            (GiftId(found.gift_id), found.line_id, int(found.cents))
            for found in session.execute(query.order_by(lines.c.line_id))
        ),
    )


def proposed(session: Session, line: KeptLine) -> tuple[Owed, ...]:
    """The unpaid refunds of that very amount, those of the account's holder and of that name first."""
    if not line.is_spent:
        return ()
    pairs = _pairs().subquery("pairs")
    query = select(pairs).where(pairs.c.on.is_(None), pairs.c.cents == line.cents)
    found = [_owed(row) for row in session.execute(query.order_by(pairs.c.booked_on, pairs.c.entry_id))]
    names = people.called(session, {one.person_id for one in found})
    holders = set(links.ids_by_key(session, IBAN, line.account_key)) if line.account_key else set()

    def likely(one: Owed) -> tuple[bool, int]:
        return int(one.person_id) in holders, rules.alike(line.name, _name(names, one.person_id))

    return tuple(sorted(found, key=likely, reverse=True)[:SHOWN])


def together(session: Session, line: KeptLine) -> tuple[tuple[Owed, bool], ...]:
    """The unpaid refunds of which a debit may have paid several, the oldest first, each with whether it surely did,
    since only these come to its amount.
    """
    if not line.is_spent:
        return ()
    pairs = _pairs().subquery("pairs")
    query = select(pairs).where(pairs.c.on.is_(None), pairs.c.cents > line.cents)
    query = query.order_by(pairs.c.booked_on, pairs.c.entry_id).limit(MOST)
    found = [_owed(row) for row in session.execute(query)]
    if sum(one.cents for one in found) < -line.cents:
        return ()
    surely = rules.only_parts([one.cents for one in found], -line.cents)
    return tuple((one, place in surely) for place, one in enumerate(found))


def settle(
    session: Session,
    counter: Counter,
    line_id: int,
    entry_ids: Collection[int],
    *,
    seen: int,
    by: AccountId,
    at: datetime,
) -> KeptLine:
    """A debit paid those refunds: it stands on their gifts, and nothing more is booked.

    Raises LineDecided, DayToCome, and RefundElsewhere where one is paid already, they do not come to its amount, or the
    line is no such debit.
    """
    line = deciding.line(session, line_id)
    hold(session, "refunds paid")
    pairs = _pairs().subquery("pairs")
    query = select(pairs).where(pairs.c.entry_id.in_(set(entry_ids)), pairs.c.on.is_(None))
    paid_ = [_owed(row) for row in session.execute(query.order_by(pairs.c.entry_id))]
    is_whole = len(paid_) == len(set(entry_ids)) > 0 and sum(one.cents for one in paid_) == -line.cents
    if not is_whole or not line.is_spent:
        raise RefundElsewhere
    if line.booked_on > brussels_day(at):
        raise DayToCome
    givers = {gifts.gift(session, one.gift_id).person_id for one in paid_}
    whose = givers.pop() if len(givers) == 1 else None
    decided = deciding.decide(
        session, counter, line_id, LineState.MATCHED, person_id=whose, rule=Rule.REFUND, seen=seen, by=by, at=at
    )
    if len(paid_) == 1:
        store.stand_on(session, line_id, paid_[0].gift_id)
    else:
        session.add_all(BankRefundRow(line_id=line_id, gift_id=one.gift_id, cents=-one.cents) for one in paid_)
        session.flush()
    vault.forget_waiting(session, {decided.fingerprint})
    return deciding.line(session, line_id)


def of_line(session: Session, line: KeptLine) -> tuple[tuple[GiftId, int], ...]:
    """The gifts whose refunds a debit paid, each with its cents, more than nought."""
    lines = refund_lines().subquery("lines")
    query = select(lines.c.gift_id, lines.c.cents).where(lines.c.line_id == line.id).order_by(lines.c.gift_id)
    return tuple((GiftId(found.gift_id), -int(found.cents)) for found in session.execute(query))


def take_back(session: Session, line: KeptLine) -> None:
    """A debit paid none of what it was taken to pay: all of it is to be paid again."""
    store.stand_on(session, line.id, None)
    session.execute(delete(BankRefundRow).where(BankRefundRow.line_id == line.id))


def _pairs() -> Select[*tuple[Any, ...]]:
    """(entry_id, gift_id, person_id, booked_on, cents, line_id, on): each refund we booked beside what paid it."""
    booked = donations.refunds_decided().subquery("booked")
    place = func.row_number().over(
        partition_by=(booked.c.gift_id, booked.c.cents), order_by=(booked.c.booked_on, booked.c.entry_id)
    )
    entries = select(booked, place.label("place")).cte("refunds")
    lines, online = refund_lines().subquery("debits"), payments.refunds_paid().subquery("online")
    gone = union_all(
        select(lines.c.gift_id, lines.c.cents, lines.c.booked_on.label("on"), lines.c.line_id),
        select(online.c.gift_id, online.c.cents, online.c.on, null().label("line_id")),
    ).subquery("gone")
    order = (gone.c.on, func.coalesce(gone.c.line_id, literal(0)))
    again = func.row_number().over(partition_by=(gone.c.gift_id, gone.c.cents), order_by=order)
    paid_by = select(gone, again.label("place")).cte("paid")
    same = [getattr(entries.c, name) == getattr(paid_by.c, name) for name in ("gift_id", "cents", "place")]
    return select(
        entries.c.entry_id,
        entries.c.gift_id,
        entries.c.person_id,
        entries.c.booked_on,
        entries.c.cents,
        paid_by.c.line_id,
        paid_by.c.on,
    ).outerjoin(paid_by, same[0] & same[1] & same[2])


def _owed(row: Any) -> Owed:
    return Owed(
        entry_id=row.entry_id,
        gift_id=GiftId(row.gift_id),
        person_id=PersonId(row.person_id),
        on=row.booked_on,
        cents=-int(row.cents),
    )


def _name(names: Any, person_id: PersonId) -> str:
    found = names.get(person_id)
    return found.full_name if found is not None else ""
