"""A movement is entered: on which day it counts, how it falls on the lines of its gift, under which mark."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.donations import rules, sealing, store
from crm.donations.errors import GiftMissing, MoreThanReceived
from crm.donations.model import EntryKind, Movement
from crm.donations.tables import MoneyEntryRow
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId, GiftId


def closed_until(session: Session) -> date | None:
    """The last day that is closed."""
    month = store.closed_until(session)
    return None if month is None else rules.last_of_month(month)


def enter(
    session: Session,
    sealer: Sealer,
    gift_id: GiftId,
    kind: EntryKind,
    movement: Movement,
    *,
    cents: int,
    parts: Sequence[tuple[int, int]] | None = None,
    at: datetime,
    by: AccountId | None,
) -> None:
    """Adds a movement to a gift; it falls on the lines by the fixed rules, or as `parts` say: (line, cents) of each.

    Raises MoreThanReceived.
    """
    hold(session, "months", shared=True)
    if (standing := store.find(session, gift_id)) is None:
        raise GiftMissing
    if kind not in rules.EFFECTIVE:
        parts = ()
    elif standing.net_cents + cents < 0:
        raise MoreThanReceived
    if parts is None:
        lines = store.lines(session, gift_id)
        shares = rules.allotted(cents, [(line.cents, line.net_cents) for line in lines])
        parts = [(line.id, share) for line, share in zip(lines, shares, strict=True) if share]
    today = brussels_day(at)
    day = rules.accounted_on(movement.booked_on, closed_until=closed_until(session), today=today)
    store.add_entry(session, entry(sealer, gift_id, kind, movement, cents=cents, accounted_on=day, at=at, by=by), parts)


def entry(
    sealer: Sealer,
    gift_id: int,
    kind: EntryKind,
    movement: Movement,
    *,
    cents: int,
    accounted_on: date,
    at: datetime,
    by: AccountId | None,
) -> MoneyEntryRow:
    """The row of a movement, under its mark."""
    row = MoneyEntryRow(
        gift_id=gift_id,
        kind=kind,
        cents=cents,
        method=movement.method,
        booked_on=movement.booked_on,
        value_on=movement.value_on,
        executed_on=movement.executed_on,
        accounted_on=accounted_on,
        provider=movement.provider,
        external_id=movement.external_id or None,
        reason_code=movement.reason_code,
        recorded_at=at,
        recorded_by=by,
    )
    row.mark_key_id, row.mark = sealer.mark(sealing.content(row))
    return row
