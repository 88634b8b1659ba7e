"""Piles of cheques, cash or things: typed in one by one, booked as a whole once they agree with a total."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.donations import fiscal_days, in_kind, rules, service, store
from crm.donations.errors import AmountWrong, BatchDiffers, BatchMissing, CodeUnknown, DonorMissing
from crm.donations.model import (
    LARGEST,
    Basis,
    Gift,
    GiftKind,
    LineKind,
    Method,
    Movement,
    NewGift,
    NewLine,
)
from crm.donations.piles import Batch, BatchEntry
from crm.donations.tables import BatchEntryRow, BatchRow, SourceRow
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, BatchId, GiftId, PersonId

BY_HAND = frozenset({Method.CASH, Method.CHEQUE, Method.NONE})
"""What is typed in by the pile: cash, cheques, and what came in kind, whose total is that of the stated values."""
PROVIDER = "batch"
"""Under this name the movements of batches are booked: each entry once, however often it is tried."""
MOST = 500


def begin(
    session: Session, *, method: Method, received_on: date, count: int, cents: int, at: datetime, by: AccountId
) -> Batch:
    """Opens a batch with what was counted by hand. Raises AmountWrong, and Invalid for a day to come."""
    if method not in BY_HAND:
        raise Invalid("only cash, cheques and things come in batches", field="method")
    if received_on > brussels_day(at):
        raise Invalid("nothing was received on a day to come", field="received_on")
    if not 0 < count <= MOST:
        raise Invalid("a batch has so many at most", field="count")
    if not 0 < cents < LARGEST:
        raise AmountWrong
    row = BatchRow(
        method=method,
        received_on=received_on,
        control_count=count,
        control_cents=cents,
        opened_at=at,
        opened_by=by,
    )
    session.add(row)
    session.flush()
    return batch(session, BatchId(row.id))


def enter(
    session: Session,
    batch_id: BatchId,
    person_id: PersonId,
    cents: int,
    *,
    kind: GiftKind,
    fund: str,
    source: str = "",
    tribute: str = "",
    postmark_on: date | None = None,
    what: str = "",
) -> Batch:
    """One more. In a batch of what came in kind each is of that kind and says what it was; a cheque may say the day of
    its postmark, by which it counts.

    Raises BatchMissing once it is posted, DonorMissing, AmountWrong and CodeUnknown, Invalid for what is of no such
    batch (field `kind`, `what` or `postmark_on`).
    """
    row = _open(session, batch_id)
    if (row.method is Method.NONE) != (kind is GiftKind.IN_KIND):
        raise Invalid("a thing is no money", field="kind")
    told = in_kind.said(what) if kind is GiftKind.IN_KIND else ""
    if postmark_on is not None:
        _require_postmark(row, postmark_on)
    person = people.find_survivor(session, person_id)
    if person is None:
        raise DonorMissing
    if not 0 < cents < LARGEST:
        raise AmountWrong
    if not store.open_funds(session, {fund}):
        raise CodeUnknown("fund")
    if source and session.get(SourceRow, source) is None:
        raise CodeUnknown("source_code")
    if len(batch(session, batch_id).entries) >= MOST:
        raise Invalid("a batch has so many at most", field="count")
    session.add(
        BatchEntryRow(
            batch_id=batch_id,
            person_id=person.id,
            cents=cents,
            kind=kind,
            fund_code=fund,
            source_code=source or None,
            tribute=tribute.strip()[: service.TRIBUTE],
            postmark_on=postmark_on,
            what=told,
        )
    )
    session.flush()
    return batch(session, batch_id)


def _require_postmark(row: BatchRow, day: date) -> None:
    """A cheque was posted before it was in hand, and not long before."""
    is_before = row.received_on - fiscal_days.EARLIER <= day <= row.received_on
    is_closed = fiscal_days.is_closed(day.year, brussels_day(row.opened_at))
    if row.method is not Method.CHEQUE or not is_before or is_closed:
        raise Invalid("no day on which this was posted", field="postmark_on")


def strike(session: Session, batch_id: BatchId, entry_id: int) -> Batch:
    """Takes one out again; one that is not there is out already."""
    _open(session, batch_id)
    row = session.get(BatchEntryRow, entry_id)
    if row is not None and row.batch_id == batch_id:
        session.delete(row)
        session.flush()
    return batch(session, batch_id)


def recount(session: Session, batch_id: BatchId, *, count: int, cents: int) -> Batch:
    """What was counted by hand, counted again."""
    row = _open(session, batch_id)
    if not 0 < count <= MOST:
        raise Invalid("a batch has so many at most", field="count")
    if not 0 < cents < LARGEST:
        raise AmountWrong
    row.control_count, row.control_cents = count, cents
    session.flush()
    return batch(session, batch_id)


def drop(session: Session, batch_id: BatchId) -> None:
    """Throws away a batch that does not count yet."""
    row = _open(session, batch_id)
    for entry in session.scalars(select(BatchEntryRow).where(BatchEntryRow.batch_id == batch_id)):
        session.delete(entry)
    session.flush()
    session.delete(row)
    session.flush()


def book(session: Session, sealer: Sealer, batch_id: BatchId, *, at: datetime, by: AccountId) -> tuple[Gift, ...]:
    """Books every entry as a gift of the day it was in hand. Raises BatchDiffers where it is not what was counted."""
    row = _open(session, batch_id)
    typed = batch(session, batch_id)
    if not typed.agrees:
        raise BatchDiffers
    gifts = []
    for entry in typed.entries:
        gifts.append(service.record(session, sealer, _new(typed, entry), at=at, by=by))
        session.get_one(BatchEntryRow, entry.id).gift_id = gifts[-1].id
    row.posted_at, row.posted_by = at, by
    session.flush()
    return tuple(gifts)


def batch(session: Session, batch_id: BatchId) -> Batch:
    """A batch, posted or not. Raises BatchMissing."""
    row = session.get(BatchRow, batch_id, populate_existing=True)
    if row is None:
        raise BatchMissing
    entries = session.scalars(
        select(BatchEntryRow).where(BatchEntryRow.batch_id == batch_id).order_by(BatchEntryRow.id.desc())
    )
    return _batch(row, [_entry(one) for one in entries])


def waiting(session: Session) -> tuple[tuple[Batch, int, int], ...]:
    """Those not posted yet, the newest first: each (without entries) with how many were typed, and their cents."""
    typed = (
        select(BatchEntryRow.batch_id, func.count().label("number"), func.sum(BatchEntryRow.cents).label("cents"))
        .group_by(BatchEntryRow.batch_id)
        .subquery()
    )
    query = (
        select(BatchRow, typed.c.number, typed.c.cents)
        .outerjoin(typed, typed.c.batch_id == BatchRow.id)
        .where(BatchRow.posted_at.is_(None))
        .order_by(BatchRow.id.desc())
    )
    return tuple((_batch(row, ()), number or 0, int(cents or 0)) for row, number, cents in session.execute(query))


def booked(session: Session, *, size: int) -> tuple[Batch, ...]:
    """Those that count, without their entries, the latest in hand first."""
    query = select(BatchRow).where(BatchRow.posted_at.is_not(None))
    query = query.order_by(BatchRow.received_on.desc(), BatchRow.id.desc()).limit(size)
    return tuple(_batch(row, ()) for row in session.scalars(query))


def of_gift(session: Session, gift_id: GiftId) -> Batch | None:
    """The batch that a gift was typed into, without its entries."""
    line = BatchEntryRow
    query = select(BatchRow).join(line, line.batch_id == BatchRow.id).where(line.gift_id == gift_id)
    row = session.scalar(query.limit(1))
    return None if row is None else _batch(row, ())


def _open(session: Session, batch_id: BatchId) -> BatchRow:
    hold(session, f"batch {batch_id}")
    row = session.get(BatchRow, batch_id, populate_existing=True)
    if row is None or row.posted_at is not None:
        raise BatchMissing
    return row


def _new(typed: Batch, entry: BatchEntry) -> NewGift:
    line = NewLine(cents=entry.cents, fund=entry.fund, kind=rules.LINE_OF.get(entry.kind, LineKind.DONATION))
    return NewGift(
        person_id=entry.person_id,
        kind=entry.kind,
        lines=(line,),
        given_on=entry.postmark_on or typed.received_on,
        basis=Basis.RECEIVED if entry.postmark_on is None else Basis.POSTMARK,
        what=entry.what,
        source_code=entry.source_code,
        tribute=entry.tribute,
        is_promised=True,
        movement=Movement(
            method=typed.method, booked_on=typed.received_on, provider=PROVIDER, external_id=f"{typed.id}-{entry.id}"
        ),
    )


def _entry(row: BatchEntryRow) -> BatchEntry:
    return BatchEntry(
        id=row.id,
        person_id=PersonId(row.person_id),
        cents=row.cents,
        kind=row.kind,
        fund=row.fund_code,
        source_code=row.source_code or "",
        tribute=row.tribute,
        postmark_on=row.postmark_on,
        what=row.what,
    )


def _batch(row: BatchRow, entries: Sequence[BatchEntry]) -> Batch:
    return Batch(
        id=BatchId(row.id),
        method=row.method,
        received_on=row.received_on,
        control_count=row.control_count,
        control_cents=row.control_cents,
        opened_at=row.opened_at,
        opened_by=AccountId(row.opened_by),
        posted_at=row.posted_at,
        entries=tuple(entries),
    )
