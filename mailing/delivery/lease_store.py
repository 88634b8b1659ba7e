"""SQL of leases and doubts: who still holds a mail, what was abandoned, what became of it. Never commits."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import ColumnElement, Connection, Table, bindparam, or_, select, update
from sqlalchemy.orm import Session

from mailing.delivery.model import DeliveryState, EventKind, MailingState
from mailing.delivery.queue_store import Held, add_events, event
from mailing.delivery.tables import DeliveryRow, MailingRow, SendingSwitchRow

_delivery = cast("Table", DeliveryRow.__table__)


def _is(state: DeliveryState) -> ColumnElement[bool]:
    """A state written into the statement itself, so that both planners see that the partial index applies."""
    return DeliveryRow.state == bindparam(None, state, DeliveryRow.state.type, literal_execute=True)


def has_chores(session: Session, now: datetime) -> bool:
    """True where leases have run out, mails put off are due again, or the switch has no row yet."""
    overdue = select(DeliveryRow.id).where(
        or_(_is(DeliveryState.CLAIMED), _is(DeliveryState.ATTEMPTING)), DeliveryRow.lease_until < now
    )
    woken = select(DeliveryRow.id).where(_is(DeliveryState.DEFERRED), DeliveryRow.next_attempt_at <= now)
    switch = select(SendingSwitchRow.id).where(SendingSwitchRow.id == 1)
    found = session.execute(select(overdue.exists(), woken.exists(), switch.exists())).one()
    return bool(found[0] or found[1] or not found[2])


def give_back(connection: Connection, held: Sequence[Held], *, by: str, attempted: bool = False) -> None:
    """Claims that were not used are planned again. `attempted`: also write-aheads that surely never left."""
    if not held:
        return
    mine = (_delivery.c.id.in_([row for row, _ in held]), _delivery.c.worker == by)
    connection.execute(
        update(_delivery)
        .where(*mine, _delivery.c.state == DeliveryState.CLAIMED)
        .values(state=DeliveryState.PLANNED, lease_until=None)
    )
    if attempted:
        connection.execute(
            update(_delivery)
            .where(*mine, _delivery.c.state == DeliveryState.ATTEMPTING)
            .values(state=DeliveryState.PLANNED, lease_until=None, attempts=_delivery.c.attempts - 1)
        )


def renew(connection: Connection, held: Sequence[Held], *, by: str, until: datetime) -> set[int]:
    """Prolongs the leases of what `by` still holds; the rest was taken over."""
    rows = connection.execute(
        update(_delivery)
        .where(
            _delivery.c.id.in_([row for row, _ in held]),
            _delivery.c.worker == by,
            _delivery.c.state.in_((DeliveryState.CLAIMED, DeliveryState.ATTEMPTING)),
        )
        .values(lease_until=until)
        .returning(_delivery.c.id)
    )
    return set(rows.scalars())


def wake(session: Session, now: datetime, *, most: int) -> int:
    """Mails that were put off until now are planned again; at most that many in one go."""
    due = (
        select(DeliveryRow.id)
        .where(_is(DeliveryState.DEFERRED), DeliveryRow.next_attempt_at <= now)
        .order_by(DeliveryRow.next_attempt_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("due")
    )
    rows = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(select(due.c.id)))
        .values(state=DeliveryState.PLANNED)
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(rows.all())


def abandoned(session: Session, now: datetime, state: DeliveryState, *, most: int) -> list[tuple[int, int]]:
    """(delivery, tries) of rows in `state` whose lease has run out, held until the transaction ends."""
    rows = session.execute(
        select(DeliveryRow.id, DeliveryRow.attempts)
        .where(_is(state), DeliveryRow.lease_until < now)
        .order_by(DeliveryRow.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return [(row.id, row.attempts) for row in rows]


def take_back(session: Session, ids: Sequence[int]) -> None:
    """Abandoned claims are planned again under a new fence: their late holder holds nothing any more."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(ids))
        .values(state=DeliveryState.PLANNED, fence=DeliveryRow.fence + 1, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def doubt(session: Session, ids: Sequence[int], *, reason: str, now: datetime) -> None:
    """Abandoned tries are in doubt. The fence stays: their own sender may still come and tell how they ended."""
    session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id.in_(ids))
        .values(state=DeliveryState.UNCERTAIN, reason=reason, settled_at=now, lease_until=None)
        .execution_options(synchronize_session=False)
    )


def resolve(session: Session, delivery_id: int, state: DeliveryState, *, now: datetime) -> bool:
    """A mail in doubt is taken, or planned again under a new fence; False where it is not in doubt (any more)."""
    planned = state is DeliveryState.PLANNED
    values: dict[str, Any] = {"reason": "", "settled_at": now} if not planned else _PLANNED | {"next_attempt_at": now}
    rows = session.execute(
        update(DeliveryRow)
        .where(DeliveryRow.id == delivery_id, DeliveryRow.state == DeliveryState.UNCERTAIN)
        .values(state=state, fence=DeliveryRow.fence + 1, **values)
        .returning(DeliveryRow.id)
        .execution_options(synchronize_session=False)
    )
    return rows.first() is not None


_PLANNED: dict[str, Any] = {"reason": "", "reply": "", "settled_at": None, "lease_until": None}


def settle_cancelled(session: Session, now: datetime, *, most: int) -> int:
    """Rows of cancelled mailings that were still to leave become cancelled themselves."""
    due = (
        select(DeliveryRow.id)
        .join(MailingRow, MailingRow.id == DeliveryRow.mailing_id)
        .where(
            MailingRow.state == MailingState.CANCELLED,
            DeliveryRow.state.in_(
                (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.DEFERRED, DeliveryState.REPLANNING)
            ),
        )
        .limit(most)
    )
    ids = list(session.scalars(due))
    if ids:
        session.execute(
            update(DeliveryRow)
            .where(DeliveryRow.id.in_(ids))
            .values(
                state=DeliveryState.CANCELLED, settled_at=now, lease_until=None, fence=DeliveryRow.fence + 1, values={}
            )
            .execution_options(synchronize_session=False)
        )
        add_events(session.connection(), [event(row, 0, EventKind.CANCELLED, now) for row in ids])
    return len(ids)
