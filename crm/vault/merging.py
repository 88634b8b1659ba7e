"""What a merge of two people does to their national number, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.values.identifiers import PersonId
from crm.vault.tables import NumberGoneRow, NumberRequestRow, NumberRow

ROOM = "crm.vault"
TABLES = frozenset({"national_number", "national_number_gone", "national_number_request"})
WORDS: Mapping[str, str] = {
    "national_number": N_("Numéro national"),
}

_ROWS = (NumberRow, NumberGoneRow, NumberRequestRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """The survivor keeps their own number, else takes the loser's (see `crm.contracts.person_pointer`)."""
    numbers, requests = _table(NumberRow), _table(NumberRequestRow)
    own = numbers.alias()
    has_none = ~exists(select(own.c.id).where(own.c.person_id == survivor))
    moves = row_moves.give(session, numbers, loser=loser, survivor=survivor, where=has_none)
    moves += row_moves.give(session, requests, loser=loser, survivor=survivor)
    moves += row_moves.give(session, _table(NumberGoneRow), loser=loser, survivor=survivor)
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
    """Whether each has a number."""
    return row_counts.counted(session, {"national_number": NumberRow.person_id}, person_ids)


def _table(row: Any) -> Any:
    return row.metadata.tables[row.__tablename__]
