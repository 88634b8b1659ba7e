"""What a merge of two people does to what passed between them and the team, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.care.tables import DraftRow, InteractionRow, NoteRow, TaskRow
from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.care"
TABLES = frozenset({"care_note", "care_interaction", "care_task", "care_draft"})
WORDS: Mapping[str, str] = {
    "care_note": N_("Notes"),
    "care_interaction": N_("Échanges"),
    "care_task": N_("Tâches"),
}

_ALL: tuple[Any, ...] = (NoteRow, InteractionRow, TaskRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor all that was noted about the loser (see `crm.contracts.person_pointer`)."""
    moves: list[RowMove] = []
    for row in _ALL:
        moves += row_moves.give(session, _table(row), loser=loser, survivor=survivor)
    # A colleague has one draft about somebody: where there are two, the loser's waits with the loser.
    moves += row_moves.give(session, _table(DraftRow), loser=loser, survivor=survivor, unless_same=("account_id",))
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each what was noted about them; how many values stay because somebody changed them since."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in (*_ALL, DraftRow) if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many notes, contacts and tasks each has."""
    found: dict[PersonId, dict[str, int]] = {person_id: {} for person_id in person_ids}
    for row in _ALL:
        counted = (
            select(row.person_id, func.count())
            .where(row.person_id.in_(person_ids), row.removed_at.is_(None))
            .group_by(row.person_id)
        )
        for person_id, count in session.execute(counted):
            found[PersonId(person_id)][row.__tablename__] = count
    return found


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
