"""The door of corrections: what a gift typed in or imported should have come to. One asks, saying why, another decides.

What the bank told is corrected at its line, which is opened again; what a file of collections brought, by its return.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import service, store
from crm.donations.errors import (
    AmountWrong,
    CorrectedElsewhere,
    CorrectionAsked,
    CorrectionMissing,
    FourEyes,
    GiftHasChanged,
)
from crm.donations.model import LARGEST, Correction, Gift, GiftKind, Movement, RefundState
from crm.donations.tables import GiftCorrectionRow
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, CorrectionId, GiftId

PROVIDER = "correction"
"""Under this name a correction that two colleagues made is booked, with its number."""
BANK, COLLECTIONS = "bank", "sepa"


def told_by(session: Session, gift_id: GiftId) -> str:
    """Which room of ours booked money of a gift that is corrected there, and nowhere else; empty where none did."""
    providers = {entry.provider for entry in store.entries(session, gift_id)}
    return next((one for one in (BANK, COLLECTIONS) if one in providers), "")


def of_gift(session: Session, gift_id: GiftId) -> tuple[Correction, ...]:
    """What was asked to be corrected of a gift, the oldest first."""
    query = select(GiftCorrectionRow).where(GiftCorrectionRow.gift_id == gift_id).order_by(GiftCorrectionRow.id)
    return tuple(_correction(row) for row in session.scalars(query))


def waiting(session: Session) -> tuple[Correction, ...]:
    """Every correction that waits for a second person, the oldest first."""
    row = GiftCorrectionRow
    query = select(row).where(row.state == RefundState.ASKED).order_by(row.id)
    return tuple(_correction(found) for found in session.scalars(query))


def ask(session: Session, gift_id: GiftId, cents: int, *, reason: str, at: datetime, by: AccountId) -> Correction:
    """Asks that a gift come to `cents`, nought where it never came; somebody else decides.

    Raises AmountWrong for what it comes to already, Invalid without a reason, CorrectionAsked while another waits,
    CorrectedElsewhere where the bank or a collection told it, or no money came.
    """
    if not reason.strip() or len(reason) > service.REASON:
        raise Invalid("a correction has a reason, in a few words", field="reason")
    hold(session, f"gift {gift_id}")
    standing = service.gift(session, gift_id)
    if told_by(session, gift_id) or standing.kind is GiftKind.IN_KIND:
        raise CorrectedElsewhere
    if not 0 <= cents < LARGEST or cents == standing.net_cents:
        raise AmountWrong
    if any(one.state is RefundState.ASKED for one in of_gift(session, gift_id)):
        raise CorrectionAsked
    row = GiftCorrectionRow(
        gift_id=gift_id,
        was_cents=standing.net_cents,
        cents=cents,
        reason=reason.strip(),
        state=RefundState.ASKED,
        asked_by=by,
        asked_at=at,
    )
    session.add(row)
    session.flush()
    return _correction(row)


def decide(
    session: Session, sealer: Sealer, correction_id: CorrectionId, *, agreed: bool, at: datetime, by: AccountId
) -> Correction:
    """Books the difference as a movement of today, or refuses. Raises FourEyes for whoever asked, GiftHasChanged where
    the gift comes to something else by now, or the bank told of it since: then it can only be refused."""
    hold(session, f"correction {correction_id}")
    row = session.get(GiftCorrectionRow, correction_id, populate_existing=True)
    if row is None or row.state is not RefundState.ASKED:
        raise CorrectionMissing
    if row.asked_by == by:
        raise FourEyes
    if agreed:
        _book(session, sealer, row, at=at, by=by)
    row.state = RefundState.DONE if agreed else RefundState.REFUSED
    row.decided_by, row.decided_at = by, at
    session.flush()
    return _correction(row)


def _book(session: Session, sealer: Sealer, row: GiftCorrectionRow, *, at: datetime, by: AccountId) -> Gift:
    gift_id = GiftId(row.gift_id)
    hold(session, f"gift {gift_id}")
    standing = service.gift(session, gift_id)
    if standing.net_cents != row.was_cents or told_by(session, gift_id):
        raise GiftHasChanged
    movement = Movement(method=standing.method, booked_on=brussels_day(at), provider=PROVIDER, external_id=str(row.id))
    return service.correct(session, sealer, gift_id, movement, cents=row.cents - row.was_cents, at=at, by=by)


def _correction(row: GiftCorrectionRow) -> Correction:
    return Correction(
        id=CorrectionId(row.id),
        gift_id=GiftId(row.gift_id),
        was_cents=row.was_cents,
        cents=row.cents,
        reason=row.reason,
        state=row.state,
        asked_by=AccountId(row.asked_by),
        asked_at=row.asked_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        decided_at=row.decided_at,
    )
