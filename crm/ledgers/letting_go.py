"""Rows of a chain that are let go at the end of their term: number and mark stay, all that was said goes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from crm.foundation.columns import Chained
from crm.foundation.signing import Sealer
from crm.ledgers.model import Ledger
from crm.ledgers.tables import LedgerGoneRow

AT_ONCE = 500


def let_go(session: Session, sealer: Sealer, ledger: Ledger, row_ids: Sequence[int], *, at: datetime) -> int:
    """Deletes chained rows and keeps of each what its block covers; how many. A row no block holds yet stays."""
    rows, gone = ledger.rows, 0
    assert issubclass(rows, Chained)
    session.flush()
    for start in range(0, len(row_ids), AT_ONCE):
        some = row_ids[start : start + AT_ONCE]
        query = select(rows.id, rows.block, rows.mark_key_id, rows.mark).where(
            rows.id.in_(some), rows.block.is_not(None)
        )
        left = []
        for row_id, block, key_id, mark in session.execute(query.order_by(rows.id)):
            kept = {"ledger": ledger.name, "row_id": row_id, "block": block, "row_key_id": key_id, "row_mark": mark}
            seal_key_id, seal = sealer.mark(_sealed(**kept, gone_at=at))
            left.append(kept | {"gone_at": at, "seal_key_id": seal_key_id, "seal": seal})
        if left:
            session.execute(insert(LedgerGoneRow), left)
            ids = [one["row_id"] for one in left]
            session.execute(delete(rows).where(rows.id.in_(ids)).execution_options(synchronize_session=False))
            gone += len(left)
    session.expire_all()
    return gone


def gone_from(session: Session, sealer: Sealer, ledger: str, block: int) -> list[tuple[int, int, str]]:
    """(number, key id, mark) of the rows of a block that were let go by us; one that somebody else wrote is none."""
    row = LedgerGoneRow
    query = select(row).where(row.ledger == ledger, row.block == block).order_by(row.row_id)
    return [
        (one.row_id, one.row_key_id, one.row_mark)
        for one in session.scalars(query)
        if sealer.holds(
            _sealed(
                ledger=one.ledger,
                row_id=one.row_id,
                block=one.block,
                row_key_id=one.row_key_id,
                row_mark=one.row_mark,
                gone_at=one.gone_at,
            ),
            one.seal_key_id,
            one.seal,
        )
    ]


def count(session: Session, ledger: str) -> int:
    """How many rows of a chain were let go."""
    return session.scalar(select(func.count()).where(LedgerGoneRow.ledger == ledger)) or 0


def _sealed(*, gone_at: datetime, **kept: Any) -> Mapping[str, Any]:
    return {**kept, "gone_at": gone_at.astimezone(UTC).isoformat(timespec="microseconds")}
