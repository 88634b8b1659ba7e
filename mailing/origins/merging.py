"""When two records are one person: what either was told, the survivor was told."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId
from mailing.origins.tables import OriginNoticeRow

ROOM = "mailing.origins"
TABLES = frozenset({"origin_notice"})
WORDS: Mapping[str, str] = {
    "origin_notice": N_("Avis d’origine de ses données"),
}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what the loser was told (see `crm.contracts.person_pointer`)."""
    return row_moves.give(session, OriginNoticeRow.metadata.tables["origin_notice"], loser=loser, survivor=survivor)


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own back."""
    return row_moves.put_back(session, OriginNoticeRow.metadata.tables["origin_notice"], moves)


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How often each was told."""
    row = OriginNoticeRow
    counted = select(row.person_id, func.count()).where(row.person_id.in_(person_ids)).group_by(row.person_id)
    return {PersonId(person_id): {"origin_notice": count} for person_id, count in session.execute(counted)}
