"""SQL of what people did: signatures, registrations, urgent actions taken."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.actions import delivery_store
from crm.actions.model import (
    CallKind,
    Deed,
    Handing,
    NewRegistration,
    NewSignature,
    Participation,
    Registration,
    RegistrationState,
    Signature,
)
from crm.actions.tables import DeedRow, DeliveryTextRow, RegistrationRow, SignatureRow
from crm.foundation.database import hold
from crm.values.identifiers import CallId, PersonId, RegistrationId, SignatureId
from crm.values.languages import Language


def find_signature(session: Session, petition_id: int, person_id: int) -> Signature | None:
    """The signature that stands for that person under that petition."""
    query = (
        select(SignatureRow, DeliveryTextRow.text)
        .outerjoin(DeliveryTextRow, DeliveryTextRow.id == SignatureRow.delivery_text_id)
        .where(
            SignatureRow.petition_id == petition_id,
            SignatureRow.person_id == person_id,
            SignatureRow.folded_into_id.is_(None),
        )
    )
    found = session.execute(query).first()
    return None if found is None else _signature(found[0], found[1] or "")


def signature_row(new: NewSignature, *, person_id: int, text_id: int | None, at: datetime) -> SignatureRow:
    """A signature that is not written yet, of `person_id`."""
    return SignatureRow(
        petition_id=new.petition_id,
        person_id=person_id,
        recorded_person_id=new.person_id,
        signed_at=new.signed_at,
        recorded_at=at,
        source=new.source,
        comment=new.comment,
        deliver=new.deliver,
        delivery_text_id=text_id,
    )


def add_signature(
    session: Session, new: NewSignature, *, person_id: int, text_id: int | None, at: datetime
) -> Signature:
    """One more signature, of `person_id` (whom `new` names, or whom they were merged into)."""
    row = signature_row(new, person_id=person_id, text_id=text_id, at=at)
    session.add(row)
    session.flush()
    return _signature(row, new.delivery_words)


def text_id_of(session: Session, text: str) -> int | None:
    """The number of these very words, where they were shown before."""
    return session.scalar(select(DeliveryTextRow.id).where(DeliveryTextRow.digest == digest(text)))


def text_of(session: Session, text: str, language: Language, at: datetime) -> int | None:
    """The number of these words, kept where they were never shown before; None where there are none."""
    if not text:
        return None
    found = text_id_of(session, text)
    if found is None:
        hold(session, f"delivery text {digest(text)}")
        found = text_id_of(session, text) or add_text(session, text, language, at)
    return found


def add_text(session: Session, text: str, language: Language, at: datetime) -> int:
    """Keeps words that were never shown before."""
    row = DeliveryTextRow(language=language, digest=digest(text), text=text, created_at=at)
    session.add(row)
    session.flush()
    return row.id


def digest(text: str) -> str:
    """What tells one version of the words from another."""
    return hashlib.sha256(text.encode()).hexdigest()


def find_registration(session: Session, event_id: int, person_id: int) -> Registration | None:
    """The registration that stands for that person at that event."""
    row = session.scalar(
        select(RegistrationRow).where(
            RegistrationRow.event_id == event_id,
            RegistrationRow.person_id == person_id,
            RegistrationRow.folded_into_id.is_(None),
        )
    )
    return None if row is None else _registration(row)


def standing_registration(session: Session, registration_id: int) -> Registration | None:
    """That registration, or the one that it was folded into; as it stands in the database."""
    row = session.get(RegistrationRow, registration_id, populate_existing=True)
    if row is not None and row.folded_into_id is not None:
        row = session.get(RegistrationRow, row.folded_into_id, populate_existing=True)
    return None if row is None else _registration(row)


def add_registration(session: Session, new: NewRegistration, *, person_id: int) -> Registration:
    """One more registration."""
    row = RegistrationRow(
        event_id=new.event_id,
        person_id=person_id,
        recorded_person_id=new.person_id,
        seats=new.seats,
        state=RegistrationState.REGISTERED,
        source=new.source,
        registered_at=new.at,
        changed_at=new.at,
    )
    session.add(row)
    session.flush()
    return _registration(row)


def change_registration(session: Session, registration_id: int, values: Mapping[str, Any]) -> Registration:
    """Writes columns of one registration."""
    row = session.get_one(RegistrationRow, registration_id)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()
    return _registration(row)


def has_deed(session: Session, deed: Deed) -> bool:
    """True where that very act is kept already."""
    query = select(DeedRow.id).where(
        DeedRow.action_id == deed.action_id,
        DeedRow.recorded_person_id == deed.person_id,
        DeedRow.kind == deed.kind,
        DeedRow.done_at == deed.done_at,
    )
    return session.scalar(query) is not None


def add_deed(session: Session, deed: Deed, *, person_id: int, at: datetime) -> None:
    """One more act."""
    session.add(
        DeedRow(
            action_id=deed.action_id,
            person_id=person_id,
            recorded_person_id=deed.person_id,
            kind=deed.kind,
            done_at=deed.done_at,
            recorded_at=at,
            source=deed.source,
        )
    )
    session.flush()


def participations(
    session: Session, kind: CallKind, call_id: int, *, after: int | None, size: int
) -> list[Participation]:
    """Those who acted about one call, newest first."""
    row = _ROWS[kind]
    query = select(row).where(_CALL[kind] == call_id)
    if after is not None:
        query = query.where(row.id < after)
    if row is not DeedRow:
        query = query.where(row.folded_into_id.is_(None))
    return _told(session, session.scalars(query.order_by(row.id.desc()).limit(size)).all())


def of_person(session: Session, person_id: int, *, size: int) -> list[Participation]:
    """What one person did, of all kinds, newest first; what was folded in a merge is not told twice."""
    found: list[Participation] = []
    for row in _ROWS.values():
        query = select(row).where(row.person_id == person_id).order_by(row.id.desc()).limit(size)
        if row is not DeedRow:
            query = query.where(row.folded_into_id.is_(None))
        found += _told(session, session.scalars(query).all())
    return sorted(found, key=lambda one: one.at, reverse=True)[:size]


def signed_petitions(session: Session, person_id: int) -> frozenset[CallId]:
    """The petitions that person's name stands under."""
    query = select(SignatureRow.petition_id).where(SignatureRow.person_id == person_id).distinct()
    return frozenset(CallId(petition_id) for petition_id in session.scalars(query))


_ROWS: dict[CallKind, Any] = {
    CallKind.PETITION: SignatureRow,
    CallKind.EVENT: RegistrationRow,
    CallKind.URGENT_ACTION: DeedRow,
}
_CALL: dict[CallKind, Any] = {
    CallKind.PETITION: SignatureRow.petition_id,
    CallKind.EVENT: RegistrationRow.event_id,
    CallKind.URGENT_ACTION: DeedRow.action_id,
}


def _told(session: Session, rows: Sequence[SignatureRow | RegistrationRow | DeedRow]) -> list[Participation]:
    handings = delivery_store.handings(session, [row.id for row in rows if isinstance(row, SignatureRow)])
    return [_participation(row, handings) for row in rows]


def _participation(row: SignatureRow | RegistrationRow | DeedRow, handings: Mapping[int, Handing]) -> Participation:
    person_id = PersonId(row.person_id)
    match row:
        case SignatureRow():
            return Participation(
                id=row.id,
                call_id=CallId(row.petition_id),
                person_id=person_id,
                at=row.signed_at,
                source=row.source,
                handing=handings[row.id],
                comment=row.comment,
            )
        case RegistrationRow():
            return Participation(
                id=row.id,
                call_id=CallId(row.event_id),
                person_id=person_id,
                at=row.registered_at,
                source=row.source,
                state=row.state,
                seats=row.seats,
            )
    return Participation(
        id=row.id, call_id=CallId(row.action_id), person_id=person_id, at=row.done_at, source=row.source, deed=row.kind
    )


def _signature(row: SignatureRow, words: str) -> Signature:
    return Signature(
        id=SignatureId(row.id),
        petition_id=CallId(row.petition_id),
        person_id=PersonId(row.person_id),
        recorded_person_id=PersonId(row.recorded_person_id),
        signed_at=row.signed_at,
        recorded_at=row.recorded_at,
        source=row.source,
        comment=row.comment,
        deliver=row.may_deliver,
        delivery_words=words,
    )


def _registration(row: RegistrationRow) -> Registration:
    return Registration(
        id=RegistrationId(row.id),
        event_id=CallId(row.event_id),
        person_id=PersonId(row.person_id),
        seats=row.seats,
        state=row.state,
        source=row.source,
        registered_at=row.registered_at,
        changed_at=row.changed_at,
    )
