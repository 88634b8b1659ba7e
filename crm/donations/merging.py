"""What a merge of two people does to their gifts, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.contracts.parting import Parting
from crm.donations import donor_store
from crm.donations.tables import AppealReferenceRow, BatchEntryRow, GiftMoveRow, GiftRow
from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.donations"
TABLES = frozenset({"gift", "appeal_reference", "gift_batch_entry", "donor_stats", "donor_year"})
"""The last two are folds of gifts: they are counted again, and recorded nowhere."""
WORDS: Mapping[str, str] = {
    "gift": N_("Dons"),
}

_ROWS: tuple[Any, ...] = (GiftRow, BatchEntryRow, AppealReferenceRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what the loser gave (see `crm.contracts.person_pointer`).

    A printed communication of an appeal that both have stays with the loser: whoever pays by it is found through them.
    """
    moves: list[RowMove] = []
    for row in (GiftRow, BatchEntryRow):
        moves += row_moves.give(session, _table(row), loser=loser, survivor=survivor)
    moves += row_moves.give(
        session, _table(AppealReferenceRow), loser=loser, survivor=survivor, unless_same=("appeal_id",)
    )
    donor_store.refresh(session, (loser, survivor))
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many stay because somebody moved them since."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in _ROWS if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    donor_store.refresh(session, (loser, survivor))
    session.expire_all()
    return kept


def part(session: Session, two: Parting, gift_ids: Collection[int]) -> int:
    """Gives the loser those of these gifts (of their plans) that came while they were one with the survivor; how many.

    Not one that a colleague gave to the survivor.
    """
    row, moved = GiftRow, GiftMoveRow
    by_hand = select(moved.id).where(moved.gift_id == row.id, moved.to_person_id == two.survivor).exists()
    came = select(row.id, row.recorded_at).where(row.person_id == two.survivor, row.id.in_(gift_ids), ~by_hand)
    going = [one.id for one in session.execute(came) if not two.is_old("gift", one.id, one.recorded_at)]
    if going:
        session.execute(update(row).where(row.id.in_(going)).values(person_id=two.loser))
        donor_store.refresh(session, (two.loser, two.survivor))
        session.expire_all()
    return len(going)


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many gifts each made."""
    return row_counts.counted(session, {"gift": GiftRow.person_id}, person_ids)


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
