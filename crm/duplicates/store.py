"""SQL of duplicates: pairs, merges and their moves, and how far everybody has been compared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, and_, bindparam, case, cast, delete, func, insert, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.duplicates.model import Merge, Pair, PairState, Reason
from crm.duplicates.tables import ComparisonMarkRow, MergeMoveRow, MergeRow, PairRow
from crm.foundation import presence, row_moves
from crm.foundation.row_moves import RowMove
from crm.people import selects as people
from crm.values.identifiers import AccountId, MergeId, PairId, PersonId

_PAIRED, _MERGED = presence.watch(PairRow.low_id, PairRow.high_id), presence.watch(MergeRow.survivor_id)

AT_ONCE = 400
ANY_SCORE = range(101)


def put_pairs(session: Session, pairs: Sequence[Mapping[str, Any]], *, at: datetime) -> int:
    """Writes pairs (low_id, high_id, score, reasons), new or seen again; how many are new.

    What somebody decided stays decided: only an open pair gets another score.
    """
    new = 0
    for start in range(0, len(pairs), AT_ONCE):
        some = {(pair["low_id"], pair["high_id"]): pair for pair in pairs[start : start + AT_ONCE]}
        known = session.scalars(select(PairRow).where(tuple_(PairRow.low_id, PairRow.high_id).in_(list(some))))
        for row in known.all():
            pair = some.pop((row.low_id, row.high_id))
            row.seen_at = at
            if row.state is PairState.OPEN:
                row.score, row.reasons = pair["score"], pair["reasons"]
        session.flush()
        if some:
            session.execute(insert(PairRow), [{**p, "state": PairState.OPEN, "seen_at": at} for p in some.values()])
        new += len(some)
    return new


def drop_unseen(session: Session, *, before: datetime, among: Collection[int] | None = None) -> int:
    """Takes away open pairs (in which one of those people is) that a look since `before` did not find alike any more.

    How many.
    """
    stale = and_(PairRow.state == PairState.OPEN, PairRow.seen_at < before)
    if among is not None:
        stale = and_(stale, or_(PairRow.low_id.in_(among), PairRow.high_id.in_(among)))
    gone = session.execute(delete(PairRow).where(stale).returning(PairRow.id), execution_options=_UNSYNCHRONISED)
    return len(gone.all())


def drop_open_of(session: Session, person_ids: Collection[int]) -> int:
    """Takes away every open pair in which one of those people is; how many."""
    theirs = or_(PairRow.low_id.in_(person_ids), PairRow.high_id.in_(person_ids))
    gone = session.execute(
        delete(PairRow).where(PairRow.state == PairState.OPEN, theirs).returning(PairRow.id),
        execution_options=_UNSYNCHRONISED,
    )
    return len(gone.all())


def distinct_pairs(session: Session, person_ids: Collection[int] | None = None) -> list[tuple[int, int]]:
    """Every two of whom somebody said that they are two people (of those people where named)."""
    query = select(PairRow.low_id, PairRow.high_id).where(PairRow.state == PairState.DISTINCT)
    if person_ids is not None:
        query = query.where(or_(PairRow.low_id.in_(person_ids), PairRow.high_id.in_(person_ids)))
    return [(low, high) for low, high in session.execute(query)]


def queue(
    session: Session, *, size: int, offset: int = 0, scores: range = ANY_SCORE, reason: Reason | None = None
) -> tuple[Pair, ...]:
    """Open pairs of people who stand for themselves, the likeliest first, those put off last.

    Before all others where one of the two has died: the other record is written to all the same. Two dead can wait.
    """
    order = (PairRow.later_at.is_not(None), _half_dead().desc(), PairRow.score.desc(), PairRow.id)
    query = select(PairRow).where(*_waiting(), _scoring(scores), *_because(reason))
    query = query.order_by(*order).limit(size).offset(offset)
    return tuple(_pair(row) for row in session.scalars(query))


def queue_length(session: Session, *, scores: range = ANY_SCORE, reason: Reason | None = None) -> int:
    """How many pairs wait for somebody."""
    counted = select(func.count()).select_from(PairRow).where(*_waiting(), _scoring(scores), *_because(reason))
    return session.scalar(counted) or 0


def _because(reason: Reason | None) -> list[ColumnElement[bool]]:
    """Reasons are kept as a list of words, each in its quotation marks."""
    return [] if reason is None else [cast(PairRow.reasons, Text).contains(f'"{reason.value}"', autoescape=True)]


def open_pairs_of(session: Session, person_id: int, *, size: int) -> tuple[Pair, ...]:
    """What waits of the pairs in which that person is, the likeliest first."""
    if presence.nothing(session, _PAIRED, person_id):
        return ()
    return tuple(_pair(row) for row in session.scalars(_OPEN_OF, {"person_id": person_id, "size": size}))


def find_pair(session: Session, low_id: int, high_id: int) -> Pair | None:
    """The pair of those two, whatever became of it."""
    row = session.scalar(select(PairRow).where(PairRow.low_id == low_id, PairRow.high_id == high_id))
    return None if row is None else _pair(row)


def put_state(
    session: Session,
    low_id: int,
    high_id: int,
    *,
    at: datetime,
    score: int = 0,
    reasons: Sequence[str] = (),
    **values: Any,
) -> Pair:
    """Writes columns of a pair, made where it was never seen."""
    row = session.scalar(select(PairRow).where(PairRow.low_id == low_id, PairRow.high_id == high_id).with_for_update())
    if row is None:
        row = PairRow(low_id=low_id, high_id=high_id, score=score, reasons=list(reasons), seen_at=at)
        session.add(row)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()
    return _pair(row)


def add_merge(session: Session, **values: Any) -> Merge:
    """One more merge."""
    row = MergeRow(**values)
    session.add(row)
    session.flush()
    return _merge(row)


def add_moves(session: Session, merge_id: int, room: str, moves: Iterable[RowMove]) -> None:
    """What that merge changed in a room, in order."""
    rows = [
        {
            "merge_id": merge_id,
            "room": room,
            "table_name": move.table,
            "row_keys": [list(key) for key in move.keys],
            "before": dict(move.before),
            "after": dict(move.after),
        }
        for move in moves
        if move.before
    ]
    if rows:
        session.execute(insert(MergeMoveRow), rows)


def moves_of(session: Session, merge_ids: Collection[int]) -> list[tuple[int, int, str, RowMove]]:
    """(number, merge, room, move) of everything that those merges changed, in order."""
    query = select(MergeMoveRow).where(MergeMoveRow.merge_id.in_(merge_ids)).order_by(MergeMoveRow.id)
    return [
        (
            row.id,
            row.merge_id,
            row.room,
            RowMove(
                table=row.table_name,
                keys=tuple(tuple(key) for key in row.row_keys),
                before=row.before,
                after=row.after,
            ),
        )
        for row in session.scalars(query)
    ]


def parted(earlier: RowMove, later: RowMove, undone: Merge) -> tuple[RowMove | None, RowMove | None]:
    """`later` of rows that stay with the survivor of a merge that is undone, and of rows that leave with the loser."""
    table = MergeRow.metadata.tables[later.table]
    holders = [key.parent.name for key in table.foreign_keys if key.column.table.name == "person"]
    ends = {"loser": undone.loser_id, "survivor": undone.survivor_id}
    return row_moves.parted(table, earlier, later, holders=sorted(holders), **ends)


def replace_move(session: Session, number: int, merge_id: int, room: str, moves: Sequence[RowMove]) -> None:
    """Writes a move of a standing merge anew, or takes it away, after another merge was undone beneath it."""
    row = session.get_one(MergeMoveRow, number)
    if not moves:
        session.delete(row)
        session.flush()
        return
    first, *others = moves
    row.row_keys, row.before, row.after = [list(key) for key in first.keys], dict(first.before), dict(first.after)
    session.flush()
    add_moves(session, merge_id, room, others)


def find_merge(session: Session, merge_id: int, *, lock: bool = False) -> Merge | None:
    """One merge; locked, nobody undoes it meanwhile."""
    row = session.get(MergeRow, merge_id, with_for_update=lock, populate_existing=True)
    return None if row is None else _merge(row)


def end_merge(session: Session, merge_id: int, *, at: datetime, by: int | None) -> Merge:
    """Notes that a merge was undone."""
    row = session.get_one(MergeRow, merge_id)
    row.undone_at, row.undone_by = at, by
    session.flush()
    return _merge(row)


def standing_into(session: Session, survivor_id: int) -> tuple[Merge, ...]:
    """The merges that stand into that person, oldest first."""
    query = select(MergeRow).where(MergeRow.survivor_id == survivor_id, MergeRow.undone_at.is_(None))
    return tuple(_merge(row) for row in session.scalars(query.order_by(MergeRow.id)))


def standing_of(session: Session, loser_ids: Collection[int]) -> tuple[Merge, ...]:
    """The merges that stand by which those people live on in others."""
    query = select(MergeRow).where(MergeRow.loser_id.in_(loser_ids), MergeRow.undone_at.is_(None))
    return tuple(_merge(row) for row in session.scalars(query.order_by(MergeRow.id)))


def merges_of(session: Session, person_id: int) -> tuple[Merge, ...]:
    """Every merge, undone or not, that made that person who they are: into them, and into those merged into them."""
    if presence.nothing(session, _MERGED, person_id):
        return ()
    found: dict[int, Merge] = {}
    into = {person_id}
    while into:
        query = select(MergeRow).where(MergeRow.survivor_id.in_(into))
        if found:
            query = query.where(MergeRow.id.not_in(list(found)))
        more = [_merge(row) for row in session.scalars(query)]
        found |= {merge.id: merge for merge in more}
        into = {merge.loser_id for merge in more if merge.undone_at is None}
    return tuple(found[number] for number in sorted(found, reverse=True))


def standing_ends(session: Session) -> dict[int, int]:
    """Loser to survivor, of every merge that stands."""
    query = select(MergeRow.loser_id, MergeRow.survivor_id).where(MergeRow.undone_at.is_(None))
    return {row.loser_id: row.survivor_id for row in session.execute(query)}


def merged_into(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """Everybody who lives on in one of those people, through any number of merges, to whom; themselves too."""
    found = {person_id: person_id for person_id in person_ids}
    into = set(person_ids)
    while into:
        query = select(MergeRow.loser_id, MergeRow.survivor_id).where(
            MergeRow.survivor_id.in_(into), MergeRow.undone_at.is_(None)
        )
        more = {loser: found[survivor] for loser, survivor in session.execute(query) if loser not in found}
        found |= more
        into = set(more)
    return found


def mark(session: Session) -> int:
    """Up to which person's number everybody has been compared once."""
    row = session.get(ComparisonMarkRow, 1)
    return 0 if row is None else row.up_to_person_id


def set_mark(session: Session, up_to: int, *, at: datetime) -> None:
    """Writes how far everybody has been compared."""
    session.merge(ComparisonMarkRow(id=1, up_to_person_id=up_to, at=at))
    session.flush()


_UNSYNCHRONISED = {"synchronize_session": False}


def _waiting() -> tuple[ColumnElement[bool], ...]:
    either = (PairRow.low_id, PairRow.high_id)
    return (
        PairRow.state == PairState.OPEN,
        *(~people.merged(one) for one in either),
        ~and_(*(people.deceased(one) for one in either)),
    )


def _half_dead() -> ColumnElement[int]:
    return case((or_(people.deceased(PairRow.low_id), people.deceased(PairRow.high_id)), 1), else_=0)


_OPEN_OF = (
    select(PairRow)
    .where(*_waiting(), or_(PairRow.low_id == bindparam("person_id"), PairRow.high_id == bindparam("person_id")))
    .order_by(PairRow.score.desc(), PairRow.id)
    .limit(bindparam("size"))
)


def _scoring(scores: range) -> ColumnElement[bool]:
    return PairRow.score.between(scores.start, scores.stop - 1)


def _pair(row: PairRow) -> Pair:
    return Pair(
        id=PairId(row.id),
        low_id=PersonId(row.low_id),
        high_id=PersonId(row.high_id),
        score=row.score,
        reasons=tuple(Reason(code) for code in row.reasons),
        state=row.state,
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        later_at=row.later_at,
    )


def _merge(row: MergeRow) -> Merge:
    return Merge(
        id=MergeId(row.id),
        survivor_id=PersonId(row.survivor_id),
        loser_id=PersonId(row.loser_id),
        merged_at=row.merged_at,
        merged_by=None if row.merged_by is None else AccountId(row.merged_by),
        chosen=row.chosen,
        gave_way=row.gave_way,
        undone_at=row.undone_at,
        undone_by=None if row.undone_by is None else AccountId(row.undone_by),
    )
