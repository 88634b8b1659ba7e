"""The door of data protection: what people ask, and what we answered."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.privacy import rules, store
from crm.privacy.errors import RequestClosed, RequestMissing
from crm.privacy.model import Counts, RequestKind, RequestState, RequestWay, RightsRequest
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId

LONGEST_WORDS = 4000
_ANSWERS = (RequestState.ANSWERED, RequestState.DECLINED, RequestState.TAKEN_BACK)


def request(
    session: Session, *, person_id: PersonId, kind: RequestKind, way: RequestWay, at: datetime, words: str = ""
) -> RightsRequest:
    """Takes in what somebody asks about their data; asked again while it is open, it is the same request.

    Its month runs from today. Nothing is done yet: an erasure asked on the web is confirmed by a colleague.
    """
    hold(session, f"data request {person_id}")
    if found := store.find_open(session, person_id, kind):
        return found
    due_on = rules.due_on(brussels_day(at))
    said = words.strip()[:LONGEST_WORDS]
    return store.add_request(session, person_id=person_id, kind=kind, way=way, words=said, at=at, due_on=due_on)


def find_request(session: Session, request_id: int) -> RightsRequest | None:
    """One request, or None."""
    return store.find_request(session, request_id)


def waiting(session: Session, *, limit: int = 200) -> tuple[RightsRequest, ...]:
    """What is still to be answered, the most urgent first."""
    return store.requests(session, is_open=True, person_ids=None, limit=limit)


def closed(session: Session, *, limit: int = 50) -> tuple[RightsRequest, ...]:
    """What was answered, the newest first."""
    return store.requests(session, is_open=False, person_ids=None, limit=limit)


def requests_of(session: Session, person_ids: Collection[PersonId]) -> tuple[RightsRequest, ...]:
    """Everything somebody ever asked, the newest first."""
    return store.requests(session, is_open=None, person_ids=person_ids, limit=200)


def counts(session: Session, today: date) -> Counts:
    """How many requests wait, and how many are past their last day."""
    return store.counts(session, today)


def extend(session: Session, request_id: int, *, outcome: str) -> RightsRequest:
    """Two months more, with what the person was told about why. Raises `Invalid`, `RequestMissing`, `RequestClosed`."""
    found = _open(session, request_id)
    if not outcome.strip():
        raise Invalid("an extension needs its reason", field="outcome")
    due_on = rules.due_on(brussels_day(found.received_at), is_extended=True)
    return _changed(session, request_id, is_extended=True, due_on=due_on, outcome=outcome.strip()[:LONGEST_WORDS])


def close(
    session: Session, request_id: int, *, state: RequestState, outcome: str, by: AccountId | None, at: datetime
) -> RightsRequest:
    """Writes what we answered. A no needs its reason. Raises `Invalid`, `RequestMissing`, `RequestClosed`."""
    _open(session, request_id)
    if state not in _ANSWERS:
        raise Invalid("an answer is a yes, a no, or that the person took it back", field="state")
    if state is RequestState.DECLINED and not outcome.strip():
        raise Invalid("a no needs its reason", field="outcome")
    said = outcome.strip()[:LONGEST_WORDS]
    return _changed(session, request_id, state=state, outcome=said, closed_at=at, closed_by=by)


def _open(session: Session, request_id: int) -> RightsRequest:
    found = store.find_request(session, request_id)
    if found is None:
        raise RequestMissing
    if not found.is_open:
        raise RequestClosed
    return found


def _changed(session: Session, request_id: int, **values: object) -> RightsRequest:
    if not store.change(session, request_id, **values):
        raise RequestClosed
    found = store.find_request(session, request_id)
    assert found is not None
    return found
