"""What a merge of two people does to their memberships, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.members.tables import ConvocationRow, PartRow, ProxyRow
from crm.values.identifiers import PersonId

ROOM = "crm.members"
TABLES = frozenset({"membership_person", "assembly_convocation", "assembly_proxy"})
WORDS: Mapping[str, str] = {
    "membership_person": N_("Adhésions"),
    "assembly_convocation": N_("Convocations à une assemblée"),
}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor what was the loser's (see `crm.contracts.person_pointer`); two memberships stay two.

    Fees of both then count for either, so that nobody is less of a member than before. A proxy between the two sleeps:
    nobody votes for themselves in another's name; so does a second one of the same assembly.
    """
    moves = row_moves.give(session, _table(PartRow), loser=loser, survivor=survivor)
    moves += row_moves.give(
        session, _table(ConvocationRow), loser=loser, survivor=survivor, unless_same=("assembly_id",)
    )
    proxies = _table(ProxyRow)
    for near, far, same in (("giver_id", "holder_id", ("assembly_id",)), ("holder_id", "giver_id", ())):
        others = proxies.c[far].not_in([loser, survivor])
        moves += row_moves.give(
            session, proxies, loser=loser, survivor=survivor, column=near, unless_same=same, where=others
        )
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many stay because somebody moved them since."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in (PartRow, ConvocationRow, ProxyRow) if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many memberships each is or was of, and how often they were convoked."""
    return row_counts.counted(
        session, {"membership_person": PartRow.person_id, "assembly_convocation": ConvocationRow.person_id}, person_ids
    )


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
