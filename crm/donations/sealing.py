"""What the mark of a movement covers, and the ledger it makes."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, NamedTuple

from crm.donations.model import EntryKind, Method
from crm.donations.tables import MoneyEntryRow
from crm.ledgers.model import Ledger


class Unsealed(NamedTuple):
    """A movement on its way to be a row: lighter than one, where they come by the hundred thousand."""

    gift_id: int
    kind: EntryKind
    cents: int
    method: Method
    booked_on: date
    value_on: date | None
    executed_on: date | None
    accounted_on: date
    provider: str
    external_id: str | None
    reason_code: str
    recorded_at: datetime
    recorded_by: int | None


def content(row: MoneyEntryRow | Unsealed) -> dict[str, Any]:
    """What the mark of a movement covers."""
    return {
        "gift_id": row.gift_id,
        "kind": row.kind.value,
        "cents": row.cents,
        "method": row.method.value,
        "days": [day and day.isoformat() for day in (row.booked_on, row.value_on, row.executed_on, row.accounted_on)],
        "provider": row.provider,
        "external_id": row.external_id,
        "reason_code": row.reason_code,
        "recorded_at": row.recorded_at.isoformat(timespec="microseconds"),
        "recorded_by": row.recorded_by,
    }


LEDGER = Ledger(name="money", rows=MoneyEntryRow, content=content)
"""Movements of money as `crm.ledgers` seals and verifies them."""
