"""Rows of delivery: the ledger of every mail we owe."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId, Json, Word
from crm.values.languages import Language
from mailing.delivery.model import DeliveryState, EventKind, MailingKind, MailingState


class MailingRow(Base):
    """`priority`: lower leaves first, so that a confirmation never waits behind a newsletter."""

    __tablename__ = "mailing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(80), unique=True)
    kind: Mapped[MailingKind] = mapped_column(Word(MailingKind))
    edition_id: Mapped[int | None] = mapped_column(ForeignKey("edition.id"), unique=True)
    purpose: Mapped[str] = mapped_column(String(40))
    priority: Mapped[int]
    state: Mapped[MailingState] = mapped_column(Word(MailingState))
    headers: Mapped[dict[str, Any]] = mapped_column(Json)
    excluded: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class BodyRow(Base):
    """`selection_id` leaves room for bodies made of a reader's own selection of blocks; 0 is the common one."""

    __tablename__ = "body"
    __table_args__ = (UniqueConstraint("mailing_id", "language", "selection_id", "digest"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    language: Mapped[Language] = mapped_column(Word(Language))
    selection_id: Mapped[int] = mapped_column(BigId, default=0)
    digest: Mapped[str] = mapped_column(String(64))
    subject: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)


_PASSING = DeliveryState.CLAIMED, DeliveryState.ATTEMPTING, DeliveryState.DEFERRED, DeliveryState.UNCERTAIN


class DeliveryRow(Base):
    """Unique per mailing, person and occasion; an edition has one occasion, the empty one.

    `recorded_person_id` never changes, `person_id` follows a merge (a test to a colleague has none, and records 0).
    `values` (a letter's own links, emptied once settled, or the code of the appeal an edition goes out for, which
    stays). `message_id` is made once, with the row.
    """

    __tablename__ = "delivery"
    __table_args__ = (
        UniqueConstraint("mailing_id", "recorded_person_id", "occasion"),
        Index("ix_delivery_due", "mailing_id", "state", "next_attempt_at", "id"),
        Index("ix_delivery_person", "person_id", "mailing_id", "occasion"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mailing_id: Mapped[int] = mapped_column(ForeignKey("mailing.id"))
    body_id: Mapped[int] = mapped_column(ForeignKey("body.id"))
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    occasion: Mapped[str] = mapped_column(String(80), default="")
    contact_point_id: Mapped[int | None] = mapped_column(ForeignKey("contact_point.id"))
    address: Mapped[str] = mapped_column(String(320))
    address_key: Mapped[str] = mapped_column(AddressKey(80))
    selection_id: Mapped[int] = mapped_column(BigId, default=0)
    values: Mapped[dict[str, Any]] = mapped_column("slot_values", Json)
    priority: Mapped[int]
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState))
    reason: Mapped[str] = mapped_column(String(80), default="")
    fence: Mapped[int] = mapped_column(BigId, default=0)
    worker: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    attempts: Mapped[int] = mapped_column(default=0)
    next_attempt_at: Mapped[datetime]
    message_id: Mapped[str] = mapped_column(String(200))
    reply: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    settled_at: Mapped[datetime | None]


Index(
    "ix_delivery_passing",
    DeliveryRow.state,
    DeliveryRow.next_attempt_at,
    sqlite_where=DeliveryRow.state.in_(_PASSING),
    postgresql_where=DeliveryRow.state.in_(_PASSING),
)


class DeliveryEventRow(Base):
    """Append-only: what happened, attempt by attempt."""

    __tablename__ = "delivery_event"
    __table_args__ = (Index("ix_delivery_event_delivery", "delivery_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int] = mapped_column(ForeignKey("delivery.id"))
    attempt: Mapped[int]
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(Text, default="")


_IS_REFUSED = DeliveryEventRow.kind == EventKind.REFUSED
Index("ix_delivery_event_refused", DeliveryEventRow.id, sqlite_where=_IS_REFUSED, postgresql_where=_IS_REFUSED)


class SendingSwitchRow(Base):
    """One row (id 1): may any mail leave at all?"""

    __tablename__ = "sending_switch"

    id: Mapped[int] = mapped_column(primary_key=True)
    is_open: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigId)
