"""SQL of what a colleague does with a file that the bank took otherwise."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session, aliased

from crm.collections.model import AttemptState, CollectionState
from crm.collections.model import Sequence as Block
from crm.collections.store import AT_ONCE
from crm.collections.tables import AttemptRow, CollectionRow, SepaBatchRow
from crm.foundation import bulk

Pair = tuple[AttemptRow, CollectionRow]


def awaited(
    session: Session, batch_id: int, *, cents: int | None, mandate_id: int | None, size: int
) -> list[tuple[AttemptRow, CollectionRow]]:
    """What is still awaited of a file, in the order of its collections."""
    query = (
        select(AttemptRow, CollectionRow)
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.batch_id == batch_id, AttemptRow.state == AttemptState.ASKED)
        .order_by(AttemptRow.id)
        .limit(size)
    )
    if cents is not None:
        query = query.where(CollectionRow.cents == cents)
    if mandate_id is not None:
        query = query.where(CollectionRow.mandate_id == mandate_id)
    return [(one, other) for one, other in session.execute(query)]


def out(session: Session, *, size: int) -> list[tuple[SepaBatchRow, int, int]]:
    """The files that have left and of which something is awaited, the oldest first: how many, and their cents."""
    row = SepaBatchRow
    left = (
        select(AttemptRow.batch_id, func.count().label("count"), func.sum(CollectionRow.cents).label("cents"))
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.state == AttemptState.ASKED)
        .group_by(AttemptRow.batch_id)
        .subquery()
    )
    query = select(row, left.c.count, left.c.cents).join(left, left.c.batch_id == row.id)
    query = query.where(row.sent_at.is_not(None), row.dropped_at.is_(None)).order_by(row.collect_on, row.id).limit(size)
    return [(one, int(count), int(cents)) for one, count, cents in session.execute(query)]


def mine(session: Session, batch_id: int, names: Collection[str]) -> list[str]:
    """Those of the names that are still awaited of that file."""
    row, listed = AttemptRow, bulk.texts(session, names)
    query = select(row.end_to_end_id).where(
        row.batch_id == batch_id, row.state == AttemptState.ASKED, row.end_to_end_id.in_(select(listed.c.value))
    )
    return list(session.scalars(query.order_by(row.id)))


def sum_awaited(session: Session, batch_id: int, names: Collection[str] | None) -> tuple[int, int]:
    """What is awaited of a file, or what those of it come to, and how many they are."""
    query = (
        select(func.coalesce(func.sum(CollectionRow.cents), 0), func.count())
        .join(AttemptRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.batch_id == batch_id, AttemptRow.state == AttemptState.ASKED)
    )
    if names is not None:
        query = query.where(AttemptRow.end_to_end_id.in_(select(bulk.texts(session, names).c.value)))
    cents, count = session.execute(query).one()
    return int(cents), int(count)


def last_settled_on(session: Session, batch_id: int) -> date | None:
    """The last day on which something of a file was credited."""
    return session.scalar(select(func.max(AttemptRow.settled_on)).where(AttemptRow.batch_id == batch_id))


def wait_again(session: Session, batch_id: int, block: Block | None = None, *, on: date) -> int:
    """What is awaited of a file, or of a block of it, was never asked: it waits for the next; how many they are."""
    these = _awaited(batch_id, block)
    session.execute(
        update(CollectionRow)
        .where(CollectionRow.id.in_(select(AttemptRow.collection_id).where(*these)))
        .values(state=CollectionState.OPEN, retry_on=on)
        .execution_options(synchronize_session=False)
    )
    count = session.scalar(select(func.count()).select_from(AttemptRow).where(*these)) or 0
    session.execute(
        update(AttemptRow).where(*these).values(state=AttemptState.DROPPED).execution_options(synchronize_session=False)
    )
    session.expire_all()
    return count


def mandates_awaited(session: Session, batch_id: int, block: Block | None) -> Iterator[list[int]]:
    """The mandates by which something is awaited of a file, or of a block of it, some at a time."""
    after = 0
    while True:
        query = (
            select(AttemptRow.id, CollectionRow.mandate_id)
            .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
            .where(*_awaited(batch_id, block), AttemptRow.id > after)
            .order_by(AttemptRow.id)
            .limit(AT_ONCE)
        )
        found = session.execute(query).all()
        if not found:
            return
        after = found[-1].id
        yield [one.mandate_id for one in found]


def _awaited(batch_id: int, block: Block | None) -> list[ColumnElement[bool]]:
    these = [AttemptRow.batch_id == batch_id, AttemptRow.state == AttemptState.ASKED]
    return these if block is None else [*these, AttemptRow.sequence == block]


def keys(session: Session, batch_id: int, *, size: int) -> list[str]:
    """The bank's lines that settled askings of a file, those of the most askings first."""
    row = AttemptRow
    query = select(row.settled_by).where(row.batch_id == batch_id, row.settled_by.is_not(None))
    query = query.group_by(row.settled_by).order_by(func.count().desc(), row.settled_by).limit(size)
    return [key for key in session.scalars(query) if key]


def settled_count(session: Session, key: str) -> int:
    """How many askings a line of the bank settled."""
    return session.scalar(select(func.count()).where(AttemptRow.settled_by == key)) or 0


def key_of(session: Session, gift_id: int) -> str:
    """The bank's line that settled the instalment of a gift; empty where none did."""
    row = AttemptRow
    query = select(row.settled_by).join(CollectionRow, CollectionRow.id == row.collection_id)
    query = query.where(CollectionRow.gift_id == gift_id, row.settled_by.is_not(None)).order_by(row.id.desc())
    return session.scalar(query.limit(1)) or ""


def settled_by(session: Session, key: str) -> Iterator[list[Pair]]:
    """The askings that a line of the bank settled, with their instalments, some at a time."""
    after = 0
    while True:
        query = (
            select(AttemptRow, CollectionRow)
            .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
            .where(AttemptRow.settled_by == key, AttemptRow.id > after)
            .order_by(AttemptRow.id)
            .limit(AT_ONCE)
            .execution_options(populate_existing=True)
        )
        found = [(one, other) for one, other in session.execute(query)]
        if not found:
            return
        after = found[-1][0].id
        yield found


def returned_as(session: Session, gift_id: int) -> Pair | None:
    """The asking whose gift went back, where the instalment was asked for no further time since."""
    later = aliased(AttemptRow)
    query = (
        select(AttemptRow, CollectionRow)
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(
            CollectionRow.gift_id == gift_id,
            AttemptRow.state == AttemptState.RETURNED,
            ~select(later.id)
            .where(
                later.collection_id == CollectionRow.id,
                later.number > AttemptRow.number,
                later.state != AttemptState.DROPPED,
            )
            .exists(),
        )
        .execution_options(populate_existing=True)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def await_again(session: Session, pairs: Sequence[Pair]) -> None:
    """Those askings were not credited after all."""
    for attempt, collection in pairs:
        attempt.state, attempt.settled_on, attempt.settled_by = AttemptState.ASKED, None, None
        attempt.undone += 1
        collection.state, collection.gift_id = CollectionState.ASKED, None
    session.flush()
    files = {attempt.batch_id for attempt, _ in pairs}
    session.execute(
        update(SepaBatchRow)
        .where(SepaBatchRow.id.in_(files))
        .values(settled_on=None)
        .execution_options(synchronize_session=False)
    )
    session.expire_all()
