"""When two records are one person: what either was asked, the survivor was asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId
from mailing.rounds.tables import QuestionRow

ROOM = "mailing.rounds"
TABLES = frozenset({"permission_question"})
WORDS: Mapping[str, str] = {
    "permission_question": N_("Questions sur nos lettres"),
}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what the loser was asked (see `crm.contracts.person_pointer`)."""
    return row_moves.give(session, QuestionRow.metadata.tables["permission_question"], loser=loser, survivor=survivor)


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own back."""
    return row_moves.put_back(session, QuestionRow.metadata.tables["permission_question"], moves)


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How often each was asked."""
    row = QuestionRow
    counted = select(row.person_id, func.count()).where(row.person_id.in_(person_ids)).group_by(row.person_id)
    return {PersonId(person_id): {"permission_question": count} for person_id, count in session.execute(counted)}
