"""When two records are one person: their own pair is settled; what was said of either with others stays with each.

That two people are not the same is remembered of the records of which it was said, and followed through merges: it
holds for whoever either of them becomes, and needs no row to move.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from sqlalchemy import and_
from sqlalchemy.orm import Session

from crm.duplicates.model import PairState
from crm.duplicates.tables import PairRow
from crm.foundation import row_moves
from crm.foundation.row_moves import RowMove
from crm.values.identifiers import PersonId

ROOM = "crm.duplicates"
TABLES = frozenset({"duplicate_pair", "person_merge"})
WORDS: Mapping[str, str] = {}


def repoint(session: Session, *, loser: PersonId, survivor: PersonId) -> list[RowMove]:
    """Settles the pair of the two, if anybody ever saw one (see `crm.contracts.person_pointer`)."""
    low, high = sorted((loser, survivor))
    pair = and_(PairRow.low_id == low, PairRow.high_id == high)
    return row_moves.change(session, PairRow.metadata.tables["duplicate_pair"], pair, {"state": PairState.MERGED})


def put_back(session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
    """The pair stands where it stood before."""
    kept = row_moves.put_back(session, PairRow.metadata.tables["duplicate_pair"], moves)
    session.expire_all()
    return kept


def holdings(session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
    """Nothing that goes over."""
    return {}
