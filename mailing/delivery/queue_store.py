"""SQL of the sending queue: claims, the write-ahead of an attempt, results, leases. Never commits, decides nothing.

Every statement is built once and cached by SQLAlchemy: a sender runs six of them for each handful of mails.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, and_, bindparam, exists, insert, or_, select, update
from sqlalchemy.orm import Session

from crm.consent import gate, policies
from crm.consent import selects as consent
from crm.consent.model import Channel
from crm.consent.policy import Book
from crm.people import selects as people
from crm.values.identifiers import BodyId, ContactPointId, DeliveryId, MailingId, PersonId
from mailing.delivery.model import Claim, DeliveryState, EventKind, MailingState
from mailing.delivery.tables import DeliveryEventRow, DeliveryRow, MailingRow, SendingSwitchRow

Held = tuple[int, int]
"""(delivery, fence): what a worker holds."""

_delivery = cast("Table", DeliveryRow.__table__)
_mailing = cast("Table", MailingRow.__table__)
_switch = cast("Table", SendingSwitchRow.__table__)


_OPEN = select(SendingSwitchRow.id).where(SendingSwitchRow.is_open).exists()
_AMONG = _delivery.c.id.in_(bindparam("ids", expanding=True))


def _due_of(*, urgent_only: bool) -> Any:
    """The ids of mails that may be claimed: those of the most urgent running mailing that has any."""
    waiting = _delivery.alias("waiting")
    next_mailing = (
        select(_mailing.c.id)
        .where(
            _mailing.c.state == MailingState.RUNNING,
            exists().where(
                waiting.c.mailing_id == _mailing.c.id,
                waiting.c.state == DeliveryState.PLANNED,
                waiting.c.next_attempt_at <= bindparam("now"),
            ),
        )
        .order_by(_mailing.c.priority, _mailing.c.id)
        .limit(1)
    )
    if urgent_only:
        next_mailing = next_mailing.where(_mailing.c.priority < bindparam("below"))
    return (
        select(_delivery.c.id)
        .where(
            _delivery.c.mailing_id == next_mailing.scalar_subquery(),
            _delivery.c.state == DeliveryState.PLANNED,
            _delivery.c.next_attempt_at <= bindparam("now"),
            _OPEN,
        )
        .order_by(_delivery.c.next_attempt_at, _delivery.c.id)
        .limit(bindparam("most"))
    )


@lru_cache(maxsize=2)
def _claiming(*, urgent_only: bool) -> Any:
    due = _due_of(urgent_only=urgent_only).with_for_update(skip_locked=True, of=_delivery).cte("due")
    held = ("id", "fence", "mailing_id", "body_id", "priority", "attempts", "recorded_person_id", "person_id")
    reached = ("contact_point_id", "address", "address_key", "message_id", "slot_values")
    return (
        update(_delivery)
        .where(_delivery.c.id.in_(select(due.c.id)))
        .values(
            state=DeliveryState.CLAIMED,
            fence=_delivery.c.fence + 1,
            worker=bindparam("by"),
            lease_until=bindparam("until"),
        )
        .returning(*(_delivery.c[name] for name in held + reached))
    )


_DUE = _due_of(urgent_only=False)


def has_due(connection: Connection, now: datetime) -> bool:
    """True where some mail could be claimed now."""
    return connection.execute(_DUE, {"now": now, "most": 1}).first() is not None


def claim(
    connection: Connection, *, by: str, now: datetime, until: datetime, most: int, below: int | None = None
) -> list[Claim]:
    """Up to `most` due mails of one mailing, now held by the worker `by`; in one statement. Most urgent first.

    `below`: only of mailings more urgent than that priority.
    """
    facts: dict[str, Any] = {"by": by, "now": now, "until": until, "most": most}
    if below is not None:
        facts["below"] = below
    rows = connection.execute(_claiming(urgent_only=below is not None), facts).all()
    if not rows:
        return []
    named = connection.execute(people.first_names([row.person_id for row in rows if row.person_id is not None]))
    names = {row.person_id: row.first_name for row in named}
    return [_claim(row, names.get(row.person_id, "")) for row in sorted(rows, key=lambda row: (row.priority, row.id))]


def refusals(connection: Connection, purpose: str, person_ids: Iterable[int], *, now: datetime) -> dict[int, str]:
    """Why those people may not be written what they were owed for a purpose."""
    refused = consent.refused(purpose, moment=gate.moment(connection, now), is_owed=True).subquery("refused")
    rows = connection.execute(select(refused).where(refused.c.person_id.in_(list(person_ids))))
    return {row.person_id: str(row.refusal) for row in rows}


_RUNNING = (
    select(_mailing.c.id, _mailing.c.purpose)
    .join(_switch, _switch.c.id == 1)
    .where(
        _mailing.c.id.in_(bindparam("ids", expanding=True)),
        _mailing.c.state == MailingState.RUNNING,
        _switch.c.is_open,
    )
    .with_for_update(read=True)
)


def running(connection: Connection, mailing_ids: Iterable[int]) -> dict[int, str]:
    """Those of the mailings whose mails may leave, and for what purpose; held still until the transaction ends.

    None of them where the switch forbids all sending.
    """
    rows = connection.execute(_RUNNING, {"ids": list(mailing_ids)})
    return {row.id: row.purpose for row in rows}


@lru_cache(maxsize=64)
def _attempting(purpose: str, book: Book) -> Any:
    return (
        update(_delivery)
        .where(
            _AMONG,
            _delivery.c.state == DeliveryState.CLAIMED,
            _delivery.c.worker == bindparam("by"),
            _delivery.c.lease_until > bindparam("now"),
            or_(_delivery.c.person_id.is_(None), _may_receive(purpose, book)),
            ~_is_second_of_one_person(),
        )
        .values(state=DeliveryState.ATTEMPTING, attempts=_delivery.c.attempts + 1, lease_until=bindparam("until"))
        .returning(_delivery.c.id, _delivery.c.fence, _delivery.c.attempts)
    )


def _may_receive(purpose: str, book: Book) -> ColumnElement[bool]:
    who, where = _delivery.c.person_id, _delivery.c.address_key
    return consent.may_receive(purpose, Channel.EMAIL, who, where, moment=consent.Moment.bound(book))


def _is_second_of_one_person() -> ColumnElement[bool]:
    """After a merge one person may have two rows for an edition: only the first of them leaves."""
    other = _delivery.alias("other")
    gone = (DeliveryState.ATTEMPTING, DeliveryState.ACCEPTED, DeliveryState.UNCERTAIN)
    going = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED)
    return exists().where(
        other.c.person_id == _delivery.c.person_id,
        other.c.mailing_id == _delivery.c.mailing_id,
        other.c.occasion == _delivery.c.occasion,
        other.c.id != _delivery.c.id,
        or_(other.c.state.in_(gone), and_(other.c.state.in_(going), other.c.id < _delivery.c.id)),
    )


def _padded(ids: Sequence[int]) -> list[int]:
    """The same ids, the last one repeated up to a power of two.

    PostgreSQL plans a statement for each length of its list: few lengths are planned once, any number each time.
    """
    several = list(ids)
    return several + several[-1:] * ((1 << (len(several) - 1).bit_length()) - len(several)) if several else several


def attempt(
    connection: Connection, *, purpose: str, ids: Sequence[int], by: str, now: datetime, until: datetime
) -> dict[int, tuple[int, int]]:
    """Writes ahead that these mails of one purpose are being tried; delivery to (fence, number of the try).

    The last look is in the statement: only mails still held by `by` within their lease, whose reader may still be
    written to. The caller has made sure that their mailings run and that the switch is open (`running`).
    """
    facts = {"ids": _padded(ids), "by": by, "now": now, "until": until} | consent.Moment.facts(now)
    rows = connection.execute(_attempting(purpose, policies.book_at(connection, now)), facts).all()
    return {row.id: (row.fence, row.attempts) for row in rows}


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A held mail that was not let through, and what the last look said about it."""

    id: int
    is_held: bool
    may_receive: bool
    is_second: bool
    is_deceased: bool


def left_out(connection: Connection, *, purpose: str, ids: Sequence[int], by: str, now: datetime) -> list[LeftOut]:
    """Why mails that `attempt` did not let through were not."""
    book = policies.book_at(connection, now)
    is_held = and_(_delivery.c.state == DeliveryState.CLAIMED, _delivery.c.worker == by, _delivery.c.lease_until > now)
    rows = connection.execute(
        select(
            _delivery.c.id,
            is_held.label("is_held"),
            or_(_delivery.c.person_id.is_(None), _may_receive(purpose, book)).label("may_receive"),
            _is_second_of_one_person().label("is_second"),
            people.gone(_delivery.c.person_id).label("is_deceased"),
        ).where(_AMONG),
        {"ids": list(ids)} | consent.Moment.facts(now),
    )
    return [LeftOut(r.id, bool(r.is_held), bool(r.may_receive), bool(r.is_second), bool(r.is_deceased)) for r in rows]


_STILL_OPEN = (
    select(_delivery.c.id, _delivery.c.fence)
    .where(_AMONG, _delivery.c.state.in_((DeliveryState.ATTEMPTING, DeliveryState.UNCERTAIN)))
    .with_for_update()
)


def still_open(connection: Connection, ids: Sequence[int]) -> set[Held]:
    """Those of the mails whose try has no recorded end yet, held until the transaction ends.

    A mail in doubt counts: its own sender may still come and tell how it ended, as long as nobody took it over.
    """
    rows = connection.execute(_STILL_OPEN, {"ids": _padded(ids)})
    return {(row.id, row.fence) for row in rows}


_ACCEPTED = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("row"))
    .values(
        state=DeliveryState.ACCEPTED,
        reason="",
        reply=bindparam("new_reply"),
        settled_at=bindparam("ended_at"),
        lease_until=None,
    )
)
_OTHERWISE = (
    update(_delivery)
    .where(_delivery.c.id == bindparam("row"))
    .values(
        state=bindparam("new_state"),
        reason=bindparam("new_reason"),
        reply=bindparam("new_reply"),
        attempts=bindparam("new_attempts"),
        next_attempt_at=bindparam("again_at"),
        settled_at=bindparam("ended_at"),
        lease_until=None,
    )
)
_EMPTYING = update(_delivery).where(_delivery.c.id == bindparam("row")).values({_delivery.c.slot_values: {}})
_EVENTS = insert(cast("Table", DeliveryEventRow.__table__))


def accept(connection: Connection, accepted: Sequence[Mapping[str, Any]]) -> None:
    """Writes down mails that were taken: row, new_reply, ended_at."""
    if accepted:
        connection.execute(_ACCEPTED, accepted)


def end(connection: Connection, endings: Sequence[Mapping[str, Any]]) -> None:
    """Writes how other tries ended; `_OTHERWISE` says the names."""
    if endings:
        connection.execute(_OTHERWISE, endings)


def empty(connection: Connection, ids: Sequence[int]) -> None:
    """Letters that are settled lose their own links."""
    if ids:
        connection.execute(_EMPTYING, [{"row": row} for row in ids])


def event(delivery_id: int, attempt: int, kind: EventKind, at: datetime, detail: str = "") -> dict[str, Any]:
    """One line of the ledger, as `add_events` takes it."""
    return {"delivery_id": delivery_id, "attempt": attempt, "kind": kind, "at": at, "detail": detail}


def add_events(connection: Connection, events: Sequence[Mapping[str, Any]]) -> None:
    """Appends to the ledger: delivery_id, attempt, kind, at, detail."""
    if events:
        connection.execute(_EVENTS, list(events))


def withhold(connection: Connection, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """Settles mails that may not leave, with the reason."""
    connection.execute(
        update(_delivery)
        .where(_AMONG)
        .values(state=DeliveryState.WITHHELD, reason=reason, settled_at=now, lease_until=None, slot_values={}),
        {"ids": list(ids)},
    )


def _claim(row: Any, first_name: str) -> Claim:
    return Claim(
        id=DeliveryId(row.id),
        fence=row.fence,
        mailing_id=MailingId(row.mailing_id),
        body_id=BodyId(row.body_id),
        priority=row.priority,
        attempts=row.attempts,
        recorded_person_id=row.recorded_person_id,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        contact_point_id=None if row.contact_point_id is None else ContactPointId(row.contact_point_id),
        address=row.address,
        address_key=row.address_key,
        message_id=row.message_id,
        values=row.slot_values,
        first_name=first_name,
    )


def last_event_at(session: Session) -> datetime | None:
    """When a sender last wrote anything down, about any mail; None before the first."""
    return session.scalar(select(DeliveryEventRow.at).order_by(DeliveryEventRow.id.desc()).limit(1))
