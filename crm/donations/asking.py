"""How a correction of a gift is asked for, whatever it is about: with a reason, one at a time; another decides."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.donations import service, store
from crm.donations.errors import CorrectionAsked
from crm.donations.model import Gift, RefundState
from crm.donations.tables import GiftCorrectionRow
from crm.foundation.database import hold
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId

BANK, COLLECTIONS = "bank", "sepa"


def told_by(session: Session, gift_id: GiftId) -> str:
    """Which room of ours booked money of a gift that is corrected there, and nowhere else; empty where none did."""
    providers = {entry.provider for entry in store.entries(session, gift_id)}
    return next((one for one in (BANK, COLLECTIONS) if one in providers), "")


def begin(session: Session, gift_id: GiftId, reason: str) -> Gift:
    """The gift as it stands, while nobody else asks. Raises Invalid without a reason."""
    if not reason.strip() or len(reason) > service.REASON:
        raise Invalid("a correction has a reason, in a few words", field="reason")
    hold(session, f"gift {gift_id}")
    return service.gift(session, gift_id)


def write(
    session: Session, standing: Gift, reason: str, *, at: datetime, by: AccountId, **wanted: Any
) -> GiftCorrectionRow:
    """Writes down what is `wanted`, on which somebody else decides. Raises CorrectionAsked while another waits."""
    row = GiftCorrectionRow
    waits = select(row.id).where(row.gift_id == standing.id, row.state == RefundState.ASKED)
    if session.scalar(waits.limit(1)) is not None:
        raise CorrectionAsked
    facts = {"was_cents": standing.net_cents, "cents": standing.net_cents} | wanted
    asked = row(gift_id=standing.id, reason=reason.strip(), state=RefundState.ASKED, asked_by=by, asked_at=at, **facts)
    session.add(asked)
    session.flush()
    return asked
