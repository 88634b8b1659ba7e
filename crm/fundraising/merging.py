"""What a merge of two people does to the appeals of each, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.fundraising.tables import CallResultRow, LeftOutRow, RecipientRow
from crm.values.identifiers import PersonId

ROOM = "crm.fundraising"
TABLES = frozenset({"appeal_recipient", "appeal_left_out", "call_result"})
WORDS: Mapping[str, str] = {
    "appeal_recipient": N_("Appels aux dons qui lui sont destinés"),
    "call_result": N_("Appels téléphoniques"),
}
_ROWS: tuple[Any, ...] = (RecipientRow, LeftOutRow, CallResultRow)


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """The survivor gets what the loser had. Where both are in an appeal, the loser's row stays and is not exported."""
    moves: list[RowMove] = []
    for row in _ROWS:
        same = () if row is CallResultRow else ("appeal_id",)
        moves += row_moves.give(session, row.__table__, loser=loser, survivor=survivor, unless_same=same)
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their own again; how many values stay because somebody changed them since."""
    tables = {row.__tablename__: row.__table__ for row in _ROWS}
    kept = sum(row_moves.put_back(session, tables[move.table], [move]) for move in reversed(moves))
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """How many appeals were meant for each, and how many calls came of them."""
    return row_counts.counted(
        session, {"appeal_recipient": RecipientRow.person_id, "call_result": CallResultRow.person_id}, person_ids
    )
