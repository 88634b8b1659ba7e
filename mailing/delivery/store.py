"""SQL of mailings, bodies, accounts and lists. Never commits, decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.values.identifiers import (
    AccountId,
    BodyId,
    ContactPointId,
    DeliveryId,
    EditionId,
    MailingId,
    PersonId,
)
from crm.values.languages import Language
from mailing.delivery.model import (
    Body,
    Delivery,
    DeliveryEvent,
    DeliveryState,
    EventKind,
    Headers,
    Mailing,
    MailingKind,
    MailingState,
    Reason,
    RefusedRecipient,
    Switch,
)
from mailing.delivery.tables import BodyRow, DeliveryEventRow, DeliveryRow, MailingRow, SendingSwitchRow
from mailing.rendering.fill import fill_text
from mailing.rendering.model import Slot


def add_mailing(
    session: Session,
    *,
    code: str,
    kind: MailingKind,
    purpose: str,
    priority: int,
    headers: Headers,
    edition_id: EditionId | None,
    now: datetime,
) -> Mailing:
    """A new running mailing."""
    row = MailingRow(
        code=code,
        kind=kind,
        edition_id=edition_id,
        purpose=purpose,
        priority=priority,
        state=MailingState.RUNNING,
        headers=asdict(headers),
        excluded={},
        created_at=now,
        finished_at=None,
    )
    session.add(row)
    session.flush()
    return mailing_of(row)


def find_mailing(
    session: Session,
    *,
    mailing_id: int | None = None,
    code: str | None = None,
    edition_id: int | None = None,
    held: bool = False,
) -> Mailing | None:
    """The mailing of that number, code or edition. `held`: nobody changes it until the transaction ends."""
    wanted = select(MailingRow)
    if mailing_id is not None:
        wanted = wanted.where(MailingRow.id == mailing_id)
    if code is not None:
        wanted = wanted.where(MailingRow.code == code)
    if edition_id is not None:
        wanted = wanted.where(MailingRow.edition_id == edition_id)
    if held:
        wanted = wanted.with_for_update()
    row = session.scalars(wanted.execution_options(populate_existing=True)).one_or_none()
    return None if row is None else mailing_of(row)


def change_mailing(session: Session, mailing_id: int, **values: Any) -> None:
    """Writes columns of a mailing."""
    session.execute(update(MailingRow).where(MailingRow.id == mailing_id).values(**values))


def mailings(
    session: Session, *, kind: MailingKind | None, states: Iterable[MailingState] | None, limit: int
) -> tuple[Mailing, ...]:
    """Mailings, newest first."""
    wanted = select(MailingRow).order_by(MailingRow.created_at.desc(), MailingRow.id.desc()).limit(limit)
    if kind is not None:
        wanted = wanted.where(MailingRow.kind == kind)
    if states is not None:
        wanted = wanted.where(MailingRow.state.in_(list(states)))
    rows = session.scalars(wanted.execution_options(populate_existing=True))
    return tuple(mailing_of(row) for row in rows)


def add_body(
    session: Session,
    *,
    mailing_id: int,
    language: Language,
    digest: str,
    subject: str,
    html: str,
    text: str,
    selection_id: int = 0,
) -> BodyId:
    """The body with that content, kept once."""
    known = session.scalar(
        select(BodyRow.id).where(
            BodyRow.mailing_id == mailing_id,
            BodyRow.language == language,
            BodyRow.selection_id == selection_id,
            BodyRow.digest == digest,
        )
    )
    if known is not None:
        return BodyId(known)
    row = BodyRow(
        mailing_id=mailing_id,
        language=language,
        selection_id=selection_id,
        digest=digest,
        subject=subject,
        html=html,
        text=text,
    )
    session.add(row)
    session.flush()
    return BodyId(row.id)


def find_body(session: Session, body_id: int) -> tuple[Mailing, Body] | None:
    """A body and its mailing."""
    found = session.execute(
        select(BodyRow, MailingRow).join(MailingRow, MailingRow.id == BodyRow.mailing_id).where(BodyRow.id == body_id)
    ).one_or_none()
    return None if found is None else (mailing_of(found[1]), _body(found[0]))


def subjects(session: Session, mailing_ids: Sequence[int]) -> dict[int, str]:
    """The subject of each mailing's latest body, as a reader without a first name gets it."""
    latest = (
        select(func.max(BodyRow.id))
        .where(BodyRow.mailing_id.in_(mailing_ids))
        .group_by(BodyRow.mailing_id)
        .scalar_subquery()
    )
    rows = session.execute(select(BodyRow.mailing_id, BodyRow.subject).where(BodyRow.id.in_(latest)))
    return {row.mailing_id: fill_text(row.subject, dict.fromkeys(Slot, "")) for row in rows}


def common_body(session: Session, mailing_id: int) -> Body | None:
    """What readers without preferences get; the latest where there are several."""
    row = session.scalars(
        select(BodyRow)
        .where(BodyRow.mailing_id == mailing_id, BodyRow.selection_id == 0)
        .order_by(BodyRow.id.desc())
        .limit(1)
    ).first()
    return None if row is None else _body(row)


def add_letter(session: Session, **values: Any) -> DeliveryId | None:
    """A planned delivery, or None where that person already has one for the occasion."""
    known = session.scalar(
        select(DeliveryRow.id).where(
            DeliveryRow.mailing_id == values["mailing_id"],
            DeliveryRow.recorded_person_id == values["recorded_person_id"],
            DeliveryRow.occasion == values["occasion"],
        )
    )
    if known is not None:
        return None
    row = DeliveryRow(state=DeliveryState.PLANNED, **values)
    session.add(row)
    session.flush()
    return DeliveryId(row.id)


def counts(session: Session, mailing_ids: Sequence[int]) -> dict[int, dict[DeliveryState, int]]:
    """Deliveries of each mailing by state."""
    rows = session.execute(
        select(DeliveryRow.mailing_id, DeliveryRow.state, func.count())
        .where(DeliveryRow.mailing_id.in_(mailing_ids))
        .group_by(DeliveryRow.mailing_id, DeliveryRow.state)
    )
    found: dict[int, dict[DeliveryState, int]] = {mailing_id: {} for mailing_id in mailing_ids}
    for mailing_id, state, number in rows:
        found[mailing_id][state] = number
    return found


def reasons(session: Session, mailing_ids: Sequence[int]) -> dict[int, dict[str, int]]:
    """Why deliveries of each mailing were withheld."""
    rows = session.execute(
        select(DeliveryRow.mailing_id, DeliveryRow.reason, func.count())
        .where(DeliveryRow.mailing_id.in_(mailing_ids), DeliveryRow.state == DeliveryState.WITHHELD)
        .group_by(DeliveryRow.mailing_id, DeliveryRow.reason)
    )
    found: dict[int, dict[str, int]] = {}
    for mailing_id, reason, number in rows:
        found.setdefault(mailing_id, {})[reason] = number
    return found


def excluded(session: Session, mailing_ids: Sequence[int]) -> dict[int, Mapping[str, int]]:
    """Who was left out when each audience was frozen, by reason."""
    rows = session.execute(select(MailingRow.id, MailingRow.excluded).where(MailingRow.id.in_(mailing_ids)))
    return {row.id: row.excluded for row in rows}


def deliveries(session: Session, *conditions: Any, limit: int, newest_first: bool = False) -> tuple[Delivery, ...]:
    """Deliveries that fulfil all conditions, in the order of their numbers."""
    order = DeliveryRow.id.desc() if newest_first else DeliveryRow.id
    rows = session.scalars(
        select(DeliveryRow).where(*conditions).order_by(order).limit(limit).execution_options(populate_existing=True)
    )
    return tuple(delivery_of(row) for row in rows)


def count_deliveries(session: Session, *conditions: Any) -> int:
    """How many deliveries fulfil all conditions."""
    return session.scalar(select(func.count()).select_from(DeliveryRow).where(*conditions)) or 0


def events(session: Session, delivery_ids: Sequence[int]) -> tuple[DeliveryEvent, ...]:
    """The history of those deliveries, oldest first."""
    rows = session.scalars(
        select(DeliveryEventRow).where(DeliveryEventRow.delivery_id.in_(delivery_ids)).order_by(DeliveryEventRow.id)
    )
    return tuple(
        DeliveryEvent(
            delivery_id=DeliveryId(row.delivery_id), attempt=row.attempt, kind=row.kind, at=row.at, detail=row.detail
        )
        for row in rows
    )


def refused_recipients(session: Session, *, after: int, limit: int) -> tuple[RefusedRecipient, ...]:
    """Recipients the relay refused, of events numbered above `after`, oldest first."""
    rows = session.execute(
        select(
            DeliveryEventRow.id,
            DeliveryEventRow.delivery_id,
            DeliveryRow.address_key,
            DeliveryEventRow.detail,
            DeliveryEventRow.at,
        )
        .join(DeliveryRow, DeliveryRow.id == DeliveryEventRow.delivery_id)
        .where(
            DeliveryEventRow.id > after,
            DeliveryEventRow.kind == EventKind.REFUSED,
            DeliveryRow.reason == Reason.RECIPIENT_REFUSED,
        )
        .order_by(DeliveryEventRow.id)
        .limit(limit)
    )
    return tuple(
        RefusedRecipient(event_id=r[0], delivery_id=DeliveryId(r[1]), address_key=r[2], reply=r[3], at=r[4])
        for r in rows
    )


def switch(session: Session) -> Switch:
    """The switch; open where nobody ever touched it."""
    row = session.get(SendingSwitchRow, 1, populate_existing=True)
    if row is None:
        return Switch(is_open=True)
    by = None if row.changed_by is None else AccountId(row.changed_by)
    return Switch(is_open=row.is_open, reason=row.reason, changed_at=row.changed_at, changed_by=by)


def ensure_switch(session: Session, now: datetime) -> None:
    """The switch is open until somebody closes it; senders want to see its row."""
    if session.get(SendingSwitchRow, 1) is None:
        session.add(SendingSwitchRow(id=1, is_open=True, reason="", changed_at=now, changed_by=None))
        session.flush()


def put_switch(session: Session, *, is_open: bool, reason: str, by: int | None, now: datetime) -> None:
    """Sets the switch."""
    session.merge(SendingSwitchRow(id=1, is_open=is_open, reason=reason, changed_at=now, changed_by=by))
    session.flush()


def mailing_of(row: MailingRow) -> Mailing:
    """The noun of a row."""
    return Mailing(
        id=MailingId(row.id),
        code=row.code,
        kind=row.kind,
        purpose=row.purpose,
        state=row.state,
        headers=Headers(**row.headers),
        edition_id=None if row.edition_id is None else EditionId(row.edition_id),
        created_at=row.created_at,
    )


def delivery_of(row: DeliveryRow) -> Delivery:
    """The noun of a row."""
    return Delivery(
        id=DeliveryId(row.id),
        mailing_id=MailingId(row.mailing_id),
        body_id=BodyId(row.body_id),
        person_id=None if row.person_id is None else PersonId(row.person_id),
        contact_point_id=None if row.contact_point_id is None else ContactPointId(row.contact_point_id),
        address=row.address,
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        message_id=row.message_id,
        reply=row.reply,
        next_attempt_at=row.next_attempt_at,
        settled_at=row.settled_at,
        values=row.values,
        address_key=row.address_key,
        recorded_person_id=row.recorded_person_id,
    )


def _body(row: BodyRow) -> Body:
    return Body(
        id=BodyId(row.id),
        mailing_id=MailingId(row.mailing_id),
        language=row.language,
        subject=row.subject,
        html=row.html,
        text=row.text,
    )
