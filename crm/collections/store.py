"""SQL of collections."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session, aliased

from crm.collections.model import (
    Attempt,
    AttemptState,
    Batch,
    BatchState,
    Collected,
    CollectionState,
    Header,
)
from crm.collections.model import Sequence as Sequence_
from crm.collections.tables import AttemptRow, CollectionRow, SepaBatchRow
from crm.foundation import bulk
from crm.foundation.numbered import one_of
from crm.values.identifiers import AccountId, CollectionId, GiftId, MandateId, PersonId, PlanId, SepaBatchId

COLLECTION = (
    "id",
    "plan_id",
    "mandate_id",
    "period",
    "due_on",
    "cents",
    "fee_cents",
    "announced_on",
    "state",
    "reason",
)
ATTEMPT = (
    "id",
    "collection_id",
    "batch_id",
    "number",
    "end_to_end_id",
    "sequence",
    "was_reference",
    "is_new_account",
    "was_creditor_id",
    "was_creditor",
    "state",
    "reason",
)
AT_ONCE = 5_000
_COLLECTION: Any = CollectionRow.__table__
_ATTEMPT: Any = AttemptRow.__table__


def periods(session: Session, plan_ids: Collection[int], *, since: str) -> set[tuple[int, str]]:
    """(plan, period) of every instalment that was written down, from a period on."""
    row = CollectionRow
    query = select(row.plan_id, row.period).where(one_of(row.plan_id, plan_ids), row.period >= since)
    return {(plan_id, period) for plan_id, period in session.execute(query)}


def served(session: Session, mandate_ids: Collection[int]) -> dict[int, date]:
    """Those mandates by which something was asked that the bank did not turn away, and for which day last."""
    gone = (AttemptState.DROPPED, AttemptState.REJECTED)
    query = (
        select(CollectionRow.mandate_id, func.max(SepaBatchRow.collect_on).label("last_on"))
        .join(AttemptRow, AttemptRow.collection_id == CollectionRow.id)
        .join(SepaBatchRow, SepaBatchRow.id == AttemptRow.batch_id)
        .where(one_of(CollectionRow.mandate_id, mandate_ids), AttemptRow.state.not_in(gone))
        .group_by(CollectionRow.mandate_id)
    )
    return {one.mandate_id: one.last_on for one in session.execute(query)}


def open_plans(session: Session, *, since: date, on: date) -> set[PlanId]:
    """The plans of which an instalment waits to be asked again between two days."""
    row = CollectionRow
    query = select(row.plan_id).where(row.state == CollectionState.OPEN, row.retry_on.between(since, on))
    return {PlanId(plan_id) for plan_id in session.scalars(query)}


def give_up(session: Session, *, before: date) -> None:
    """What was to be asked again before a day, and was not, is asked no more."""
    row = CollectionRow
    then = case((row.gift_id.is_not(None), CollectionState.RETURNED), else_=CollectionState.GIVEN_UP)
    session.execute(
        update(row)
        .where(row.state == CollectionState.OPEN, row.retry_on < before)
        .values(state=then, retry_on=None)
        .execution_options(synchronize_session=False)
    )


def open_of(session: Session, plan_ids: Collection[int], *, since: date, on: date) -> dict[int, CollectionRow]:
    """Of each plan the oldest instalment that waits to be asked again between two days."""
    row = CollectionRow
    query = (
        select(row)
        .where(one_of(row.plan_id, plan_ids), row.state == CollectionState.OPEN, row.retry_on.between(since, on))
        .order_by(row.plan_id, row.period.desc())
    )
    return {one.plan_id: one for one in session.scalars(query)}


def tries(session: Session, collection_ids: Collection[int]) -> dict[int, int]:
    """The highest number of an asking of each, files that were thrown away included."""
    row = AttemptRow
    query = select(row.collection_id, func.max(row.number)).where(one_of(row.collection_id, collection_ids))
    return {collection_id: int(number) for collection_id, number in session.execute(query.group_by(row.collection_id))}


def times(session: Session, collection_id: int) -> int:
    """How often a bank was asked for an instalment: files that never left asked nothing."""
    row = AttemptRow
    query = select(func.count()).where(row.collection_id == collection_id, row.state != AttemptState.DROPPED)
    return session.scalar(query) or 0


def reserve(session: Session, count: int) -> tuple[list[int], list[int]]:
    """So many new numbers of collections and of attempts."""
    return bulk.reserve(session, _COLLECTION, count), bulk.reserve(session, _ATTEMPT, count)


def pour(session: Session, collections: Sequence[Sequence[Any]], attempts: Sequence[Sequence[Any]]) -> None:
    """Many rows at once, their values in the order of `COLLECTION` and `ATTEMPT`."""
    bulk.pour(session, _COLLECTION, COLLECTION, collections)
    bulk.pour(session, _ATTEMPT, ATTEMPT, attempts)


def set_state(
    session: Session, collection_ids: Sequence[int], state: CollectionState, *, retry_on: date | None = None
) -> None:
    """Where those stand now; the reason and the gift stay."""
    for start in range(0, len(collection_ids), AT_ONCE):
        session.execute(
            update(CollectionRow)
            .where(one_of(CollectionRow.id, collection_ids[start : start + AT_ONCE]))
            .values(state=state, retry_on=retry_on)
            .execution_options(synchronize_session=False)
        )


def batch_row(session: Session, batch_id: int) -> SepaBatchRow | None:
    """The row of a file."""
    return session.get(SepaBatchRow, batch_id, populate_existing=True)


def batches(session: Session, *, size: int) -> tuple[Batch, ...]:
    """The newest files first."""
    query = select(SepaBatchRow).order_by(SepaBatchRow.id.desc()).limit(size)
    return tuple(batch(row) for row in session.scalars(query))


def batches_called(session: Session, message_ids: Collection[str]) -> dict[str, Batch]:
    """The files of those names that have left and are not settled."""
    row = SepaBatchRow
    query = select(row).where(row.message_id.in_(message_ids), row.sent_at.is_not(None), row.settled_on.is_(None))
    return {one.message_id: batch(one) for one in session.scalars(query)}


def askings(session: Session, batch_id: int) -> Iterator[list[tuple[AttemptRow, CollectionRow]]]:
    """The collections of a file some at a time, in the order in which they were written down."""
    after = 0
    while True:
        query = (
            select(AttemptRow, CollectionRow)
            .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
            .where(AttemptRow.batch_id == batch_id, AttemptRow.id > after)
            .order_by(AttemptRow.id)
            .limit(AT_ONCE)
        )
        found = [(one, other) for one, other in session.execute(query)]
        if not found:
            return
        after = found[-1][0].id
        yield found
        for row in (row for pair in found for row in pair):
            if row in session:
                session.expunge(row)


def parties(session: Session, batch_id: int) -> Iterator[tuple[list[PlanId], list[MandateId]]]:
    """The plans and mandates of a file, some at a time."""
    after = 0
    while True:
        query = (
            select(AttemptRow.id, CollectionRow.plan_id, CollectionRow.mandate_id)
            .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
            .where(AttemptRow.batch_id == batch_id, AttemptRow.id > after)
            .order_by(AttemptRow.id)
            .limit(AT_ONCE)
        )
        found = session.execute(query).all()
        if not found:
            return
        after = found[-1].id
        yield [PlanId(one.plan_id) for one in found], [MandateId(one.mandate_id) for one in found]


def drop_attempts(session: Session, batch_id: int, *, on: date) -> None:
    """Nothing of that file was asked: what a bank was asked for before waits again, the rest was never written down."""
    row, other = AttemptRow, aliased(AttemptRow)
    mine = select(row.collection_id).where(row.batch_id == batch_id)
    was_asked = select(other.id).where(
        other.collection_id == CollectionRow.id, other.batch_id != batch_id, other.state != AttemptState.DROPPED
    )
    again = update(CollectionRow).where(CollectionRow.id.in_(mine), was_asked.exists())
    session.execute(again.values(state=CollectionState.OPEN, retry_on=on).execution_options(synchronize_session=False))
    session.execute(
        update(row)
        .where(row.batch_id == batch_id)
        .values(state=AttemptState.DROPPED)
        .execution_options(synchronize_session=False)
    )
    never = list(session.scalars(select(CollectionRow.id).where(CollectionRow.id.in_(mine), ~was_asked.exists())))
    for start in range(0, len(never), AT_ONCE):
        some = never[start : start + AT_ONCE]
        for gone in (
            delete(row).where(one_of(row.collection_id, some)),
            delete(CollectionRow).where(one_of(CollectionRow.id, some)),
        ):
            session.execute(gone.execution_options(synchronize_session=False))
    session.expire_all()


def attempts_called(session: Session, names: Collection[str]) -> dict[str, tuple[AttemptRow, CollectionRow]]:
    """Askings by the name that the bank repeats."""
    query = (
        select(AttemptRow, CollectionRow)
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.end_to_end_id.in_(names))
        .execution_options(populate_existing=True)
    )
    return {one.end_to_end_id: (one, other) for one, other in session.execute(query)}


def settled_as(session: Session, gift_id: int) -> tuple[AttemptRow, CollectionRow] | None:
    """The asking that a gift came by, where it stands received."""
    query = (
        select(AttemptRow, CollectionRow)
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(CollectionRow.gift_id == gift_id, AttemptRow.state == AttemptState.SETTLED)
        .order_by(AttemptRow.id.desc())
        .limit(1)
        .execution_options(populate_existing=True)
    )
    found = session.execute(query).first()
    return None if found is None else (found[0], found[1])


def attempts_of(
    session: Session, mandate_ids: Collection[int], state: AttemptState
) -> list[tuple[AttemptRow, CollectionRow]]:
    """Askings by those mandates that stand so, the newest first."""
    query = (
        select(AttemptRow, CollectionRow)
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(one_of(CollectionRow.mandate_id, mandate_ids), AttemptRow.state == state)
        .order_by(AttemptRow.id.desc())
        .execution_options(populate_existing=True)
    )
    return [(one, other) for one, other in session.execute(query)]


def collect_days(session: Session, batch_ids: Collection[int]) -> dict[int, date]:
    """For which day each of those files asked."""
    row = SepaBatchRow
    found = session.execute(select(row.id, row.collect_on).where(one_of(row.id, batch_ids)))
    return {one.id: one.collect_on for one in found}


def awaited(session: Session, batch_id: int) -> dict[Sequence_, tuple[int, int]]:
    """How many askings of a file are still awaited, and what they come to, by their sequence."""
    query = (
        select(AttemptRow.sequence, func.count(), func.sum(CollectionRow.cents))
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.batch_id == batch_id, AttemptRow.state == AttemptState.ASKED)
        .group_by(AttemptRow.sequence)
    )
    return {Sequence_(sequence): (count, int(cents)) for sequence, count, cents in session.execute(query)}


def counts(session: Session, batch_id: int) -> dict[AttemptState, tuple[int, int]]:
    """How many askings of a file stand where, and what they come to."""
    query = (
        select(AttemptRow.state, func.count(), func.sum(CollectionRow.cents))
        .join(CollectionRow, CollectionRow.id == AttemptRow.collection_id)
        .where(AttemptRow.batch_id == batch_id)
        .group_by(AttemptRow.state)
    )
    return {AttemptState(state): (count, int(cents)) for state, count, cents in session.execute(query)}


def settled(session: Session, batch_id: int, on: date) -> None:
    """The bank credited all that was left of a file."""
    session.execute(
        update(SepaBatchRow)
        .where(SepaBatchRow.id == batch_id)
        .values(settled_on=on)
        .execution_options(synchronize_session=False)
    )


def received(session: Session, came: Sequence[tuple[int, int, int, date, str]]) -> None:
    """Askings that were credited, given as (attempt, collection, gift, day, the bank's line)."""
    attempts: list[dict[str, Any]] = [
        {"id": attempt, "state": AttemptState.SETTLED, "settled_on": on, "settled_by": key}
        for attempt, _, _, on, key in came
    ]
    session.execute(update(AttemptRow), attempts)
    collections: list[dict[str, Any]] = [
        {"id": collection, "state": CollectionState.RECEIVED, "gift_id": gift, "reason": "", "retry_on": None}
        for _, collection, gift, _, _ in came
    ]
    session.execute(update(CollectionRow), collections)


def of_plan(session: Session, plan_id: int, *, size: int) -> tuple[Collected, ...]:
    """The newest instalments of a plan, each with its askings."""
    row = CollectionRow
    found = session.scalars(select(row).where(row.plan_id == plan_id).order_by(row.period.desc()).limit(size)).all()
    return _whole(session, found, PersonId(0))


def came_back(session: Session, *, size: int) -> tuple[Collected, ...]:
    """The newest instalments that did not come, or went back."""
    row = CollectionRow
    query = select(row).where(row.reason != "").order_by(row.due_on.desc(), row.id.desc()).limit(size)
    return _whole(session, session.scalars(query).all(), PersonId(0))


def _whole(session: Session, found: Sequence[CollectionRow], person_id: PersonId) -> tuple[Collected, ...]:
    several: dict[int, list[Attempt]] = {}
    query = (
        select(AttemptRow, SepaBatchRow.collect_on)
        .join(SepaBatchRow, SepaBatchRow.id == AttemptRow.batch_id)
        .where(one_of(AttemptRow.collection_id, [one.id for one in found]))
        .order_by(AttemptRow.number)
    )
    for one, collect_on in session.execute(query):
        attempt = Attempt(
            number=one.number,
            batch_id=SepaBatchId(one.batch_id),
            collect_on=collect_on,
            end_to_end_id=one.end_to_end_id,
            sequence=one.sequence,
            state=one.state,
            reason=one.reason,
        )
        several.setdefault(one.collection_id, []).append(attempt)
    return tuple(
        Collected(
            id=CollectionId(one.id),
            plan_id=PlanId(one.plan_id),
            mandate_id=MandateId(one.mandate_id),
            person_id=person_id,
            period=one.period,
            due_on=one.due_on,
            cents=one.cents,
            state=one.state,
            retry_on=one.retry_on,
            gift_id=None if one.gift_id is None else GiftId(one.gift_id),
            reason=one.reason,
            attempts=tuple(several.get(one.id, ())),
        )
        for one in found
    )


def batch(row: SepaBatchRow) -> Batch:
    """A row as a noun."""
    state = BatchState.MADE
    for is_so, then in (
        (row.approved_at is not None, BatchState.APPROVED),
        (row.sent_at is not None, BatchState.SENT),
        (row.settled_on is not None, BatchState.SETTLED),
        (row.dropped_at is not None, BatchState.DROPPED),
    ):
        state = then if is_so else state
    return Batch(
        id=SepaBatchId(row.id),
        header=Header(message_id=row.message_id, schema=row.schema, collect_on=row.collect_on, made_at=row.made_at),
        count=row.count,
        cents=row.cents,
        state=state,
        made_by=_account(row.made_by),
        approved_at=row.approved_at,
        approved_by=_account(row.approved_by),
        sent_at=row.sent_at,
        sent_by=_account(row.sent_by),
        settled_on=row.settled_on,
        digest=row.digest,
    )


def _account(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
