"""Rows of actions.

`recorded_person_id` is who acted as it was recorded and never changes; a merge moves `person_id`. Where both people of
a merge did what is done once only, one row stands and the other is folded into it (`folded_into_id`): nothing is lost,
nothing counts twice.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.actions.model import CallKind, DeedKind, RegistrationState
from crm.foundation.columns import Base, BigId, Word
from crm.people.model import Sensitivity
from crm.values.languages import Language


class CallRow(Base):
    """`content_id` is a plain number: the library of contents stands above this room."""

    __tablename__ = "call_to_act"
    __table_args__ = (UniqueConstraint("kind", "code"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[CallKind] = mapped_column(Word(CallKind))
    code: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    url: Mapped[str] = mapped_column(String(1000), index=True)
    language: Mapped[Language] = mapped_column(Word(Language))
    sensitivity: Mapped[Sensitivity] = mapped_column(Word(Sensitivity))
    content_id: Mapped[int | None] = mapped_column(BigId, unique=True)
    closes_on: Mapped[date | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    place: Mapped[str] = mapped_column(String(200))
    created_at: Mapped[datetime]


class DeliveryTextRow(Base):
    """The exact words beside « transmettez ma signature », each version once."""

    __tablename__ = "delivery_text"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    language: Mapped[Language] = mapped_column(Word(Language))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime]


class SignatureRow(Base):
    __tablename__ = "signature"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("call_to_act.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    folded_into_id: Mapped[int | None] = mapped_column(ForeignKey("signature.id"), index=True)
    signed_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(100))
    comment: Mapped[str] = mapped_column(Text)
    deliver: Mapped[bool]
    delivery_text_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_text.id"))

    __table_args__ = (
        Index(
            "uq_signature_once",
            "petition_id",
            "person_id",
            unique=True,
            sqlite_where=folded_into_id.is_(None),
            postgresql_where=folded_into_id.is_(None),
        ),
    )


class RegistrationRow(Base):
    __tablename__ = "registration"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    event_id: Mapped[int] = mapped_column(ForeignKey("call_to_act.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    folded_into_id: Mapped[int | None] = mapped_column(ForeignKey("registration.id"), index=True)
    seats: Mapped[int]
    state: Mapped[RegistrationState] = mapped_column(Word(RegistrationState))
    source: Mapped[str] = mapped_column(String(100))
    registered_at: Mapped[datetime]
    changed_at: Mapped[datetime]

    __table_args__ = (
        Index(
            "uq_registration_once",
            "event_id",
            "person_id",
            unique=True,
            sqlite_where=folded_into_id.is_(None),
            postgresql_where=folded_into_id.is_(None),
        ),
    )


class DeedRow(Base):
    """An urgent action taken. The same person may take one several times; the same moment again is the same."""

    __tablename__ = "deed"
    __table_args__ = (UniqueConstraint("action_id", "recorded_person_id", "kind", "done_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    action_id: Mapped[int] = mapped_column(ForeignKey("call_to_act.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[DeedKind] = mapped_column(Word(DeedKind))
    done_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(100))
