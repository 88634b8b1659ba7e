"""SQL of calls, and their figures; each figure is one grouped query however many people acted."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, select
from sqlalchemy.orm import Session

from crm.actions import delivery_store
from crm.actions.model import Call, CallKind, NewCall, RegistrationState, Tally
from crm.actions.tables import CallRow, DeedRow, RegistrationRow, SignatureRow
from crm.values.identifiers import CallId, ContentId

_FIELDS = tuple(field.name for field in fields(NewCall))


def insert(session: Session, new: NewCall, at: datetime) -> Call:
    """One more call."""
    row = CallRow(created_at=at, **{name: getattr(new, name) for name in _FIELDS})
    session.add(row)
    session.flush()
    return _call(row)


def change(session: Session, call_id: int, new: NewCall) -> Call:
    """Writes all that is said of a call."""
    row = session.get_one(CallRow, call_id)
    for name in _FIELDS:
        setattr(row, name, getattr(new, name))
    session.flush()
    return _call(row)


def find(session: Session, call_id: int) -> Call | None:
    """That call."""
    row = session.get(CallRow, call_id)
    return None if row is None else _call(row)


def find_code(session: Session, kind: CallKind, code: str) -> Call | None:
    """The call of that kind and code."""
    row = session.scalar(select(CallRow).where(CallRow.kind == kind, CallRow.code == code))
    return None if row is None else _call(row)


def find_url(session: Session, kind: CallKind, url: str) -> Call | None:
    """The oldest call of that kind at that address."""
    query = select(CallRow).where(CallRow.kind == kind, CallRow.url == url).order_by(CallRow.id).limit(1)
    row = session.scalar(query)
    return None if row is None else _call(row)


def find_content(session: Session, content_id: int) -> Call | None:
    """The call that is that thing of the library."""
    row = session.scalar(select(CallRow).where(CallRow.content_id == content_id))
    return None if row is None else _call(row)


def several(session: Session, call_ids: Collection[int]) -> dict[CallId, Call]:
    """Those calls by their number, in one query."""
    rows = session.scalars(select(CallRow).where(CallRow.id.in_(call_ids))) if call_ids else ()
    return {CallId(row.id): _call(row) for row in rows}


def page(session: Session, kind: CallKind, *, after: int | None, size: int) -> tuple[list[Call], int]:
    """A page of one kind, newest first, and how many there are."""
    total = session.scalar(select(func.count()).select_from(CallRow).where(CallRow.kind == kind)) or 0
    query = select(CallRow).where(CallRow.kind == kind)
    if after is not None:
        query = query.where(CallRow.id < after)
    return [_call(row) for row in session.scalars(query.order_by(CallRow.id.desc()).limit(size))], total


def tallies(session: Session, calls: Collection[Call]) -> dict[CallId, Tally]:
    """The figures of each; one query a kind."""
    ids: dict[CallKind, list[int]] = {kind: [call.id for call in calls if call.kind is kind] for kind in CallKind}
    found = {call.id: Tally() for call in calls}
    found |= _signatures(session, ids[CallKind.PETITION])
    found |= _registrations(session, ids[CallKind.EVENT])
    found |= _deeds(session, ids[CallKind.URGENT_ACTION])
    return found


def _signatures(session: Session, ids: Collection[int]) -> dict[CallId, Tally]:
    row, gone, back = SignatureRow, delivery_store.is_delivered(), delivery_store.is_withdrawn()
    kinds = (delivery_store.waits(), gone, back, and_(gone, back))
    query = (
        select(
            row.petition_id,
            func.count(),
            func.max(row.signed_at),
            *(func.sum(case((one, 1), else_=0)) for one in kinds),
        )
        .where(row.petition_id.in_(ids), row.folded_into_id.is_(None))
        .group_by(row.petition_id)
    )
    return {
        CallId(call_id): Tally(
            people=people,
            to_deliver=int(waits),
            delivered=int(delivered),
            withdrawn=int(withdrawn),
            withdrawn_late=int(late),
            last_at=last_at,
        )
        for call_id, people, last_at, waits, delivered, withdrawn, late in (session.execute(query) if ids else ())
    }


def _registrations(session: Session, ids: Collection[int]) -> dict[CallId, Tally]:
    row = RegistrationRow
    comes = row.state != RegistrationState.CANCELLED
    query = (
        select(
            row.event_id,
            func.sum(case((comes, 1), else_=0)),
            func.sum(case((comes, row.seats), else_=0)),
            func.sum(case((row.state == RegistrationState.ATTENDED, 1), else_=0)),
            func.max(row.registered_at),
        )
        .where(row.event_id.in_(ids), row.folded_into_id.is_(None))
        .group_by(row.event_id)
    )
    return {
        CallId(call_id): Tally(people=int(people), seats=int(seats), attended=int(attended), last_at=last_at)
        for call_id, people, seats, attended, last_at in (session.execute(query) if ids else ())
    }


def _deeds(session: Session, ids: Collection[int]) -> dict[CallId, Tally]:
    row = DeedRow
    query = (
        select(row.action_id, func.count(row.person_id.distinct()), func.count(), func.max(row.done_at))
        .where(row.action_id.in_(ids))
        .group_by(row.action_id)
    )
    return {
        CallId(call_id): Tally(people=people, deeds=deeds, last_at=last_at)
        for call_id, people, deeds, last_at in (session.execute(query) if ids else ())
    }


def _call(row: CallRow) -> Call:
    values: dict[str, Any] = {name: getattr(row, name) for name in _FIELDS}
    values["content_id"] = None if row.content_id is None else ContentId(row.content_id)
    return Call(id=CallId(row.id), created_at=row.created_at, **values)
