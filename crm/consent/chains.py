"""The two ledgers of consent as `crm.ledgers` chains them: what people said, and how often they want it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import joinedload

from crm.consent import paces, store
from crm.consent.tables import ConsentEventRow, PaceEventRow
from crm.ledgers.model import Ledger


def _act(row: ConsentEventRow) -> Mapping[str, Any]:
    return store.content_of_row(row, row.notice.text if row.notice else None)


CONSENTS = Ledger(name="consent", rows=ConsentEventRow, content=_act, beside=(joinedload(ConsentEventRow.notice),))
"""The very words of a notice are covered by the mark: they are loaded with the row."""
PACES = Ledger(name="pace", rows=PaceEventRow, content=paces.content_of_row)
