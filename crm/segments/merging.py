"""What a merge of two people does to who is in a segment by hand, and how an un-merge puts it back."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation import row_counts, row_moves
from crm.foundation.forgetting import delete_rows
from crm.foundation.row_moves import RowMove
from crm.foundation.translation import N_
from crm.segments.tables import SegmentExportPersonRow, SegmentPickRow
from crm.values.identifiers import PersonId

ROOM = "crm.segments"
TABLES = frozenset({"segment_pick", "segment_export_person"})
WORDS: Mapping[str, str] = {
    "segment_pick": N_("Segments où une main l’a mise, ou dont elle l’a retirée"),
}
_PICKS: Any = SegmentPickRow.__table__
_LEFT: Any = SegmentExportPersonRow.__table__


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """The survivor stands where the loser stood; where both were picked, the survivor's own word holds.

    A hand of theirs that was taken back is no word.
    """
    delete_rows(session, SegmentPickRow, SegmentPickRow.person_id == survivor, SegmentPickRow.is_included.is_(None))
    moves = row_moves.give(session, _PICKS, loser=loser, survivor=survivor, unless_same=("segment_id",))
    moves += row_moves.give(session, _LEFT, loser=loser, survivor=survivor, unless_same=("export_id",))
    session.expire_all()
    return moves


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """Gives each their place back; how many values stay because somebody changed them since."""
    tables = {table.name: table for table in (_PICKS, _LEFT)}
    kept = sum(row_moves.put_back(session, tables[move.table], [move]) for move in reversed(moves))
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """In how many segments a hand put each, or out of how many."""
    return row_counts.counted(session, {"segment_pick": SegmentPickRow.person_id}, person_ids)
