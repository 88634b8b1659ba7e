"""What a merge of two people does to their attestations, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.attestations.tables import AttestationRow, ElsewhereRow, FiscalIdentityRow
from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.attestations"
TABLES = frozenset({"attestation", "attestation_elsewhere", "fiscal_identity"})
WORDS: Mapping[str, str] = {
    "attestation": N_("Attestations fiscales"),
}

_ROWS = (AttestationRow, ElsewhereRow, FiscalIdentityRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """The survivor has both papers of a year: the desk shows them, and one is cancelled (see `person_pointer`).

    Who the survivor is for the administration stays; where nobody said, it is as it was said of the loser.
    """
    papers, identities = _table(AttestationRow), _table(FiscalIdentityRow)
    own = select(FiscalIdentityRow.id).where(FiscalIdentityRow.person_id == survivor)
    moves = row_moves.give(session, papers, loser=loser, survivor=survivor)
    moves += row_moves.give(session, _table(ElsewhereRow), loser=loser, survivor=survivor)
    if session.scalar(own) is None:
        moves += row_moves.give(session, identities, loser=loser, survivor=survivor)
    moves += row_moves.give(session, identities, loser=loser, survivor=survivor, column="given_to_id")
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many values stay because somebody changed them since."""
    kept = 0
    for move in reversed(moves):
        table = next(_table(row) for row in _ROWS if row.__tablename__ == move.table)
        kept += row_moves.put_back(session, table, [move])
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many attestations each has."""
    return row_counts.counted(session, {"attestation": AttestationRow.person_id}, person_ids)


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
