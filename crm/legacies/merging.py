"""What a merge of two people does to their legacies, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.legacies.tables import LegacyRow
from crm.values.identifiers import PersonId

ROOM = "crm.legacies"
TABLES = frozenset({"legacy"})
WORDS: Mapping[str, str] = {}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor the loser's files (see `crm.contracts.person_pointer`); two promises stay two."""
    moves = row_moves.give(session, _table(), loser=loser, survivor=survivor)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many stay because somebody moved them since."""
    kept = row_moves.put_back(session, _table(), moves)
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """Nothing is said: whoever compares two records need not know of a will."""
    return {person_id: {} for person_id in person_ids}


def _table() -> Any:
    return LegacyRow.metadata.tables[LegacyRow.__tablename__]
