"""Money that went back twice: we gave back a part of a gift, then the bank took back all of it.

The donor has the whole gift back, and more: what we had given back is a loss of ours. The gift is relieved of that
refund by a correction, so that the bank's return is booked in full, as the bank says; and the same amount is booked as
a cost of ours, as a provider's fee is, which lessens no gift. Both stand under `LOSS`.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.donations import entering, service, store
from crm.donations.errors import MoreThanReceived
from crm.donations.model import EntryKind, Movement
from crm.donations.refunding import OURS
from crm.donations.rules import LOSS
from crm.donations.tables import MoneyEntryRow
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.values.identifiers import AccountId, GiftId


def refunded(session: Session, gift_ids: Collection[int]) -> dict[GiftId, int]:
    """What of each of those gifts a refund gave back, where no loss was made of it yet; those without are left out."""
    row = MoneyEntryRow
    relief = row.provider.in_((LOSS, OURS)) & (row.kind == EntryKind.CORRECTION)
    of_refunds = (row.kind == EntryKind.REFUND) | relief
    query = select(row.gift_id, func.sum(row.cents)).where(row.gift_id.in_(gift_ids), of_refunds).group_by(row.gift_id)
    return {GiftId(gift_id): -int(cents) for gift_id, cents in session.execute(query) if cents < 0}


def bear(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    movement: Movement,
    *,
    cents: int,
    at: datetime,
    by: AccountId | None,
) -> None:
    """So much of what was refunded is a loss of ours, and the gift stands for that much more until it goes back.

    `movement` is the one that takes the gift back, by whose name the loss is called. Raises MoreThanReceived where less
    was refunded.
    """
    hold(session, f"gift {gift_id}")
    if not 0 < cents <= refunded(session, [gift_id]).get(gift_id, 0):
        raise MoreThanReceived
    relief, cost = _named(movement, "gift"), _named(movement, "cost")
    service.correct(session, sealer, gift_id, relief, cents=cents, at=at, by=by)
    service.charge(session, sealer, gift_id, cost, cents=cents, at=at, by=by)


def take_back(
    session: Session, sealer: Sealer, gift_id: GiftId, movement: Movement, *, at: datetime, by: AccountId | None
) -> int:
    """The movement of that name was taken back: so is the loss that came with it; how much it was (nought for none)."""
    hold(session, f"gift {gift_id}")
    relief = _named(movement, "gift")
    found = store.find_entry(session, LOSS, relief.external_id)
    if found is None:
        return 0
    undone = _named(movement, "gift undone")
    service.correct(session, sealer, gift_id, undone, cents=-found.cents, at=at, by=by)
    spared = _named(movement, "cost undone")
    entering.enter(session, sealer, gift_id, EntryKind.FEE, spared, cents=found.cents, at=at, by=by)
    return found.cents


def _named(movement: Movement, what: str) -> Movement:
    return replace(movement, provider=LOSS, external_id=f"{movement.external_id} {what}")
