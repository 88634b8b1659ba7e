"""What a merge of two people does to the lines of the bank that are theirs, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.banking.tables import BankLineRow
from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId

ROOM = "crm.banking"
TABLES = frozenset({"bank_line"})
WORDS: Mapping[str, str] = {
    "bank_line": N_("Mouvements bancaires"),
}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Gives the survivor the lines of the loser (see `crm.contracts.person_pointer`)."""
    moves = row_moves.give(session, _table(), loser=loser, survivor=survivor)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many values stay because somebody changed them since."""
    kept = row_moves.put_back(session, _table(), moves)
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many lines each has."""
    return row_counts.counted(session, {"bank_line": BankLineRow.person_id}, person_ids)


def _table() -> Any:
    return BankLineRow.metadata.tables[BankLineRow.__tablename__]
