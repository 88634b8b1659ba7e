"""SQL of data protection."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.privacy.model import Counts, RequestKind, RequestState, RequestWay, RightsRequest
from crm.privacy.tables import RightsRequestRow
from crm.values.identifiers import AccountId, PersonId


def add_request(
    session: Session, *, person_id: int, kind: RequestKind, way: RequestWay, words: str, at: datetime, due_on: date
) -> RightsRequest:
    """One more request, open."""
    row = RightsRequestRow(
        person_id=person_id,
        kind=kind,
        way=way,
        words=words,
        received_at=at,
        due_on=due_on,
        is_extended=False,
        state=RequestState.OPEN,
        outcome="",
    )
    session.add(row)
    session.flush()
    return _request(row)


def find_open(session: Session, person_id: int, kind: RequestKind) -> RightsRequest | None:
    """The open request of that kind, if there is one."""
    row = RightsRequestRow
    query = select(row).where(row.person_id == person_id, row.kind == kind, row.state == RequestState.OPEN)
    found = session.scalars(query.order_by(row.id).limit(1)).first()
    return None if found is None else _request(found)


def find_request(session: Session, request_id: int) -> RightsRequest | None:
    """One request."""
    row = session.get(RightsRequestRow, request_id, populate_existing=True)
    return None if row is None else _request(row)


def requests(
    session: Session, *, is_open: bool | None, person_ids: Collection[int] | None, limit: int
) -> tuple[RightsRequest, ...]:
    """The open ones by their last day, or the closed ones by when they were answered, the newest first."""
    row = RightsRequestRow
    query = select(row).limit(limit)
    if is_open is not None:
        query = query.where(row.state == RequestState.OPEN if is_open else row.state != RequestState.OPEN)
    if person_ids is not None:
        query = query.where(row.person_id.in_(person_ids))
    order = (row.due_on, row.id) if is_open else (row.received_at.desc(), row.id.desc())
    return tuple(_request(one) for one in session.scalars(query.order_by(*order)))


def change(session: Session, request_id: int, **values: object) -> bool:
    """Writes columns of an open request; False where it is not open any more."""
    row = RightsRequestRow
    changed = session.execute(
        update(row)
        .where(row.id == request_id, row.state == RequestState.OPEN)
        .values(**values)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def counts(session: Session, today: date) -> Counts:
    """How many wait, and how many are late."""
    row = RightsRequestRow
    late = func.count().filter(row.due_on < today)
    found = session.execute(select(func.count(), late).where(row.state == RequestState.OPEN)).one()
    return Counts(open=found[0], late=found[1])


def _request(row: RightsRequestRow) -> RightsRequest:
    return RightsRequest(
        id=row.id,
        person_id=PersonId(row.person_id),
        kind=row.kind,
        way=row.way,
        words=row.words,
        received_at=row.received_at,
        due_on=row.due_on,
        is_extended=row.is_extended,
        state=row.state,
        outcome=row.outcome,
        closed_at=row.closed_at,
        closed_by=None if row.closed_by is None else AccountId(row.closed_by),
    )
