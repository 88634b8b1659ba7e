"""What a merge of two people does to their plans and mandates, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.plans.tables import MandateRow, PlanRow
from crm.values.identifiers import PersonId

ROOM = "crm.plans"
TABLES = frozenset({"mandate", "plan"})
WORDS: Mapping[str, str] = {
    "plan": N_("Dons réguliers"),
    "mandate": N_("Mandats de domiciliation"),
}

_ROWS: tuple[Any, ...] = (MandateRow, PlanRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor the plans and mandates of the loser (see `crm.contracts.person_pointer`); two stay two."""
    moves: list[RowMove] = []
    for row in _ROWS:
        moves += row_moves.give(session, _table(row), loser=loser, survivor=survivor)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many stay because somebody moved them since."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in _ROWS if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many plans and mandates each has."""
    return row_counts.counted(session, {"plan": PlanRow.person_id, "mandate": MandateRow.person_id}, person_ids)


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
