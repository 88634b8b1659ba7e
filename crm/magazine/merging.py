"""What a merge of two people does to the magazine of each, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.magazine.tables import ClaimRow, CopyRow, ExclusionRow, NeighbourRow, ReturnRow, SubscriptionRow
from crm.values.identifiers import PersonId

ROOM = "crm.magazine"
TABLES = frozenset(
    {
        "magazine_subscription",
        "magazine_copy",
        "magazine_exclusion",
        "magazine_return",
        "magazine_claim",
        "magazine_neighbour",
    }
)
WORDS: Mapping[str, str] = {
    "magazine_subscription": N_("Abonnements au magazine"),
    "magazine_copy": N_("Exemplaires du magazine"),
}
_SAME: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (CopyRow, ("issue_id", "again")),
    (ExclusionRow, ("run_id",)),
    (ReturnRow, ()),
    (ClaimRow, ()),
    (NeighbourRow, ("decision_id",)),
)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """The survivor gets what the loser had; where both said how they want it, the survivor's own word holds."""
    own = select(SubscriptionRow.person_id).where(SubscriptionRow.person_id == survivor).exists()
    moves = row_moves.give(session, _table(SubscriptionRow), loser=loser, survivor=survivor, where=~own)
    for row, same in _SAME:
        moves += row_moves.give(session, _table(row), loser=loser, survivor=survivor, unless_same=same)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many values stay because somebody changed them since."""
    rows = (SubscriptionRow, *(row for row, _ in _SAME))
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in rows if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """What each said of the magazine, and how many copies they were sent."""
    return row_counts.counted(
        session, {"magazine_subscription": SubscriptionRow.person_id, "magazine_copy": CopyRow.person_id}, person_ids
    )


def _table(row: Any) -> Any:
    return row.__table__
