"""The ledgers of consent as `crm.ledgers` chains them: what people said, how often they want it, who is silenced."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from sqlalchemy.orm import joinedload

from crm.consent import paces, store
from crm.consent.tables import ConsentEventRow, PaceEventRow, SuppressionEventRow
from crm.ledgers.model import Ledger


def _act(row: ConsentEventRow) -> Mapping[str, Any]:
    return store.content_of_row(row, row.notice.text if row.notice else None)


def _silence(row: SuppressionEventRow) -> Mapping[str, Any]:
    return {
        "address_key": row.address_key,
        "suppressed": row.suppressed,
        "cause": row.cause.value,
        "way": row.way.value,
        "evidence": row.evidence,
        "occurred_at": row.occurred_at.astimezone(UTC).isoformat(),
        "recorded_at": row.recorded_at.astimezone(UTC).isoformat(),
    }


CONSENTS = Ledger(name="consent", rows=ConsentEventRow, content=_act, beside=(joinedload(ConsentEventRow.notice),))
"""The very words of a notice are covered by the mark: they are loaded with the row."""
PACES = Ledger(name="pace", rows=PaceEventRow, content=paces.content_of_row)
SUPPRESSIONS = Ledger(name="suppression", rows=SuppressionEventRow, content=_silence)
"""That an address was silenced, and that this was lifted."""
ALL = (CONSENTS, PACES, SUPPRESSIONS)
