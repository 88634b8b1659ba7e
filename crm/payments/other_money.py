"""What was paid in another money: the payout says what it became in euro, and what goes back is as much as it says."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.donations import service as donations
from crm.donations.errors import MoreThanReceived, SaidOtherwise
from crm.donations.model import Movement
from crm.foundation.signing import Sealer
from crm.payments import rules
from crm.payments.tables import OnlineBackRow, OnlinePaymentRow
from crm.values.identifiers import GiftId


def take_back(
    session: Session,
    sealer: Sealer,
    row: OnlinePaymentRow,
    back: OnlineBackRow,
    movement: Movement,
    *,
    rate: Movement,
    at: datetime,
) -> None:
    """Books what went back; what the other money that it was paid in is worth more since then is a cost of ours, booked
    as `rate`. Raises MoreThanReceived.
    """
    gift_id = GiftId(row.gift_id or 0)
    try:
        donations.take_back(session, sealer, gift_id, back.kind, movement, cents=back.cents - back.lost_cents, at=at)
    except MoreThanReceived:
        left = donations.gift(session, gift_id).net_cents
        lost = rules.lost(back.cents, left, row.cents) if row.paid_currency else 0
        if not lost:
            raise
        donations.take_back(session, sealer, gift_id, back.kind, movement, cents=back.cents - lost, at=at)
        back.lost_cents = lost
        session.flush()
    if back.lost_cents:
        donations.charge(session, sealer, gift_id, rate, cents=back.lost_cents, at=at)


def settle(
    session: Session, sealer: Sealer, row: OnlinePaymentRow, told_cents: int, movement: Movement, *, at: datetime
) -> None:
    """A program told of the gift before its payout did, in euro as it thought: it comes to what the payout says.

    Raises SaidOtherwise where it was paid in euro, which nobody converts.
    """
    if told_cents == row.cents:
        return
    if not row.paid_currency or not told_cents:
        raise SaidOtherwise
    more = row.cents - told_cents
    donations.correct(session, sealer, GiftId(row.gift_id or 0), movement, cents=more, at=at, by=None)
