"""When two records are one person: their mails go over, each row whole.

`recorded_person_id` never changes, so that a mailing still owes each record one mail; whoever hands them over sends a
merged person's second one to nobody.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId
from mailing.delivery.tables import DeliveryRow

ROOM = "mailing.delivery"
TABLES = frozenset({"delivery"})
WORDS: Mapping[str, str] = {
    "mail": N_("Mails"),
}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor the loser's mails (see `crm.contracts.person_pointer`)."""
    return row_moves.give(session, DeliveryRow.metadata.tables["delivery"], loser=loser, survivor=survivor)


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own mails back; how many stay because somebody else holds them now."""
    return row_moves.put_back(session, DeliveryRow.metadata.tables["delivery"], moves)


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many mails each was owed."""
    counted = select(DeliveryRow.person_id, func.count()).where(DeliveryRow.person_id.in_(person_ids))
    rows = session.execute(counted.group_by(DeliveryRow.person_id))
    return {PersonId(person_id): {"mail": count} for person_id, count in rows if person_id is not None}
