"""Refunds that two colleagues decided, and the debits of the bank that paid them: each refund once, to the cent.

The decision booked the refund; its debit books nothing and stands on the gift. One debit may pay several, of several
people. Of equal refunds of one gift the first was paid by whatever paid first. What a provider gave back for us was
paid by no line of ours.

Where the money came back to us (a closed account), the credit stands on the gift too and books nothing either: the gift
is given back still, and the refund is to be paid anew.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, delete, func, select
from sqlalchemy.orm import Session

from crm.banking import deciding, rules, store
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, LineSettles, RefundElsewhere
from crm.banking.kept import KeptLine, LineState, Owed, Paid, Rule
from crm.banking.paying_back import IBAN, refund_pairs
from crm.banking.selects import refund_lines, refund_moves
from crm.banking.tables import BankRefundRow
from crm.donations import corrections
from crm.donations import service as gifts
from crm.donations.model import Correction
from crm.foundation.database import hold
from crm.people import links
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.vault import service as vault

SHOWN = 30
MOST = 60
"""So many refunds are offered for one debit that paid several."""


def unpaid(session: Session, first_on: date, last_on: date, *, size: int) -> tuple[int, int, tuple[Owed, ...]]:
    """Refunds booked on those days that nothing has paid yet, on whatever day: how many, their cents, the oldest."""
    pairs = refund_pairs().subquery("pairs")
    owed = (pairs.c.on.is_(None), pairs.c.booked_on.between(first_on, last_on))
    count, cents = session.execute(select(func.count(), func.coalesce(func.sum(pairs.c.cents), 0)).where(*owed)).one()
    query = select(pairs).where(*owed).order_by(pairs.c.booked_on, pairs.c.entry_id).limit(size)
    return count, -int(cents), tuple(map(_owed, session.execute(query)))


def owed_of(session: Session, gift_id: GiftId) -> tuple[Owed, ...]:
    """The refunds of a gift that nothing has paid, the oldest first: each may be dropped by two colleagues."""
    pairs = refund_pairs().subquery("pairs")
    query = select(pairs).where(pairs.c.on.is_(None), pairs.c.gift_id == gift_id)
    return tuple(map(_owed, session.execute(query.order_by(pairs.c.booked_on, pairs.c.entry_id))))


def ask_to_drop(session: Session, owed: Owed, *, reason: str, at: datetime, by: AccountId) -> Correction:
    """Asks that a refund not be paid, so that its gift stands again; somebody else decides. Raises what
    `corrections.ask` does.
    """
    stands = gifts.gift(session, owed.gift_id).net_cents + owed.cents
    return corrections.ask(session, owed.gift_id, stands, reason=reason, at=at, by=by, is_drop=True)


def dropped_by(session: Session, correction_id: int) -> str | None:
    """The name of the refund that a correction drops which waits: one of its gift, not paid, of just what it adds."""
    hold(session, "refunds paid")
    asked = next((one for one in corrections.waiting(session) if one.id == correction_id), None)
    if asked is None or asked.otherwise or asked.dated or asked.coded or asked.turned:
        return None
    more = asked.cents - asked.was_cents
    return next((one.name for one in owed_of(session, asked.gift_id) if one.cents == more), None)


def paid(session: Session, first_on: date, last_on: date) -> Paid:
    """What debits of those days paid, what of that was decided, and what providers paid of refunds of those days.

    A payment that came back was decided too, and so was its coming back, each on its own day.
    """
    pairs, lines = refund_pairs().subquery("pairs"), refund_moves().subquery("lines")
    total = func.coalesce(func.sum(pairs.c.cents), 0)
    by_bank = select(total).where(pairs.c.line_id.is_not(None), pairs.c.on.between(first_on, last_on))
    online = select(total).where(
        pairs.c.line_id.is_(None), pairs.c.on.is_not(None), pairs.c.booked_on.between(first_on, last_on)
    )
    debits = select(func.coalesce(func.sum(lines.c.cents), 0)).where(lines.c.booked_on.between(first_on, last_on))
    came_back = debits.where(~lines.c.stands)
    known = select(pairs.c.line_id).where(pairs.c.line_id.is_not(None))
    query = select(lines).where(
        lines.c.booked_on.between(first_on, last_on), lines.c.stands, lines.c.line_id.not_in(known)
    )
    return Paid(
        decided_cents=int(session.scalar(by_bank) or 0) + int(session.scalar(came_back) or 0),
        debit_cents=int(session.scalar(debits) or 0),
        online_cents=int(session.scalar(online) or 0),
        undecided=tuple(
            (GiftId(found.gift_id), found.line_id, int(found.cents))
            for found in session.execute(query.order_by(lines.c.line_id))
        ),
    )


def proposed(session: Session, line: KeptLine) -> tuple[Owed, ...]:
    """The unpaid refunds of that very amount, those of the account's holder and of that name first; of money that came
    back, those that were paid.
    """
    if not line.is_spent and not line.is_back:
        return ()
    pairs = refund_pairs().subquery("pairs")
    query = select(pairs).where(_may_be_of(pairs, line), pairs.c.cents == -abs(line.cents))
    found = [_owed(row) for row in session.execute(query.order_by(pairs.c.booked_on, pairs.c.entry_id))]
    names = people.called(session, {one.person_id for one in found})
    holders = set(links.ids_by_key(session, IBAN, line.account_key)) if line.account_key else set()

    def likely(one: Owed) -> tuple[bool, int]:
        return int(one.person_id) in holders, rules.alike(line.name, _name(names, one.person_id))

    return tuple(sorted(found, key=likely, reverse=True)[:SHOWN])


def together(session: Session, line: KeptLine) -> tuple[tuple[Owed, bool], ...]:
    """The unpaid refunds of which a debit may have paid several, the oldest first, each with whether it surely did,
    since only these come to its amount; of money that came back, those that were paid last.
    """
    if not line.is_spent and not line.is_back:
        return ()
    pairs, total = refund_pairs().subquery("pairs"), abs(line.cents)
    query = select(pairs).where(_may_be_of(pairs, line), pairs.c.cents > -total)
    order = (pairs.c.on.desc(), pairs.c.entry_id) if line.is_back else (pairs.c.booked_on, pairs.c.entry_id)
    found = [_owed(row) for row in session.execute(query.order_by(*order).limit(MOST))]
    if sum(one.cents for one in found) < total:
        return ()
    surely = rules.only_parts([one.cents for one in found], total)
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
    """A debit paid those refunds, or a credit brought them back: it stands on their gifts, and nothing more is booked.

    Raises LineDecided, DayToCome, and RefundElsewhere where one is paid already (or is not, of money that came back),
    they do not come to its amount, or the line is neither.
    """
    line = deciding.line(session, line_id)
    hold(session, "refunds paid")
    pairs = refund_pairs().subquery("pairs")
    query = select(pairs).where(pairs.c.entry_id.in_(set(entry_ids)), _may_be_of(pairs, line))
    paid_ = [_owed(row) for row in session.execute(query.order_by(pairs.c.entry_id))]
    is_whole = len(paid_) == len(set(entry_ids)) > 0 and sum(one.cents for one in paid_) == abs(line.cents)
    if not is_whole or not (line.is_spent or line.is_back):
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
        sign = 1 if line.is_back else -1
        session.add_all(BankRefundRow(line_id=line_id, gift_id=one.gift_id, cents=sign * one.cents) for one in paid_)
        session.flush()
    vault.forget_waiting(session, {decided.fingerprint})
    return deciding.line(session, line_id)


def of_line(session: Session, line: KeptLine) -> tuple[tuple[GiftId, int], ...]:
    """The gifts whose refunds a debit paid, or a credit brought back, each with its cents, more than nought."""
    lines = refund_lines().subquery("lines")
    query = select(lines.c.gift_id, lines.c.cents).where(lines.c.line_id == line.id).order_by(lines.c.gift_id)
    return tuple((GiftId(found.gift_id), abs(int(found.cents))) for found in session.execute(query))


def take_back(session: Session, line: KeptLine) -> None:
    """A debit paid none of what it was taken to pay: all of it is to be paid again; a credit brought nothing back.

    Raises LineSettles where a debit's money came back since.
    """
    part = BankRefundRow
    gift_ids = set(session.scalars(select(part.gift_id).where(part.line_id == line.id)))
    gift_ids |= {int(line.gift_id)} if line.gift_id is not None else set()
    store.stand_on(session, line.id, None)
    session.execute(delete(part).where(part.line_id == line.id))
    moves = refund_moves().subquery("moves")
    orphans = select(moves.c.gift_id).where(moves.c.gift_id.in_(gift_ids), moves.c.cents > 0, moves.c.stands)
    if found := sorted(set(session.scalars(orphans))):
        raise LineSettles(tuple(map(GiftId, found)))


def _may_be_of(pairs: Subquery, line: KeptLine) -> ColumnElement[bool]:
    """Refunds that nothing paid, for money that left; for money that came back, those that a debit paid before."""
    if line.is_back:
        return and_(pairs.c.line_id.is_not(None), pairs.c.on <= line.booked_on)
    return pairs.c.on.is_(None)


def _owed(row: Any) -> Owed:
    return Owed(
        entry_id=row.entry_id,
        name=row.name,
        gift_id=GiftId(row.gift_id),
        person_id=PersonId(row.person_id),
        on=row.booked_on,
        cents=-int(row.cents),
    )


def _name(names: Any, person_id: PersonId) -> str:
    found = names.get(person_id)
    return found.full_name if found is not None else ""
