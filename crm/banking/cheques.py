"""Cheques that bounce after their deposit: the bank's debit takes back that gift, and the pile stays at the bank."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.banking import booking, deciding
from crm.banking.bringing import Counter
from crm.banking.errors import DayToCome, LineDecided, NothingToUndo
from crm.banking.kept import KeptLine, LineState, Rule
from crm.banking.selects import deposited_moves
from crm.donations import selects as donations
from crm.donations import service as gifts
from crm.donations.model import Gift, Method
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId
from crm.vault import service as vault

MOST = 60
"""So many cheques are offered for one debit."""


def proposed(session: Session, line: KeptLine) -> tuple[Gift, ...]:
    """The cheques that a debit may take back: those of that very amount, deposited by then, the latest first."""
    if not line.is_spent:
        return ()
    given, moves = donations.effective_gifts().subquery("given"), deposited_moves().subquery("deposited_moves")
    query = (
        select(given.c.id)
        .join(moves, moves.c.gift_id == given.c.id)
        .where(
            given.c.net_cents == -line.cents,
            given.c.method == Method.CHEQUE,
            moves.c.credited_on <= line.booked_on,
        )
        .group_by(given.c.id, given.c.given_on)
        .order_by(given.c.given_on.desc(), given.c.id.desc())
        .limit(MOST)
    )
    return tuple(gifts.gift(session, GiftId(gift_id)) for gift_id in session.scalars(query))


def bounce(
    session: Session, counter: Counter, line_id: int, gift_id: GiftId, *, seen: int, by: AccountId, at: datetime
) -> KeptLine:
    """The debit is that cheque, unpaid: its gift goes back, as a return that stands on the line.

    Raises LineDecided, DayToCome, and NothingToUndo where no such cheque was deposited.
    """
    line = deciding.line(session, line_id)
    if line.state is not LineState.OPEN or line.version != seen:
        raise LineDecided(line)
    gift = gifts.gift(session, gift_id)
    if gift_id not in {one.id for one in proposed(session, line)}:
        raise NothingToUndo(gift.person_id)
    if line.booked_on > brussels_day(at):
        raise DayToCome
    decided = deciding.decide(
        session,
        counter,
        line_id,
        LineState.MATCHED,
        person_id=gift.person_id,
        rule=Rule.RETURN,
        seen=seen,
        by=by,
        at=at,
    )
    booking.book(session, counter.sealer, decided, gift.person_id, undone=gift_id, at=at, by=by)
    vault.forget_waiting(session, {decided.fingerprint})
    return deciding.line(session, line_id)
