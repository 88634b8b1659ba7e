"""In whose memory or honour a gift was made, as a colleague writes it down later."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crm.donations import service, store
from crm.donations.errors import GiftMissing
from crm.donations.model import Gift
from crm.donations.tables import GiftRow
from crm.foundation.database import hold
from crm.values.identifiers import GiftId


def remember(session: Session, gift_id: GiftId, tribute: str) -> Gift:
    """Says in whose memory or honour a gift was made; empty takes it away. Raises GiftMissing."""
    hold(session, f"gift {gift_id}")
    row = session.get(GiftRow, gift_id, populate_existing=True)
    if row is None:
        raise GiftMissing
    row.tribute = " ".join(tribute.split())[: service.TRIBUTE]
    session.flush()
    return store.gift(row)
