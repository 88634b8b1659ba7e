"""Rows of actions.

`recorded_person_id` is who acted as it was recorded and never changes; a merge moves `person_id`. Where both people of
a merge did what is done once only, one row stands and the other is folded into it (`folded_into_id`): nothing is lost,
nothing counts twice.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.actions.model import CallKind, DeedKind, DeliveryState, RegistrationState
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
    """What they said as they signed; it never changes."""
    deliver_now: Mapped[bool | None]
    """What stands where something was said since (`rules.standing_word`), here or at what is folded into it."""
    delivery_text_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_text.id"))
    delivery_id: Mapped[int | None] = mapped_column(BigId, index=True)
    """The list (`signature_delivery`) in which the name is, or was, handed over: once."""

    @property
    def may_deliver(self) -> bool:
        """Whether the last word is a yes."""
        return self.deliver if self.deliver_now is None else self.deliver_now

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


class DeliveryWordRow(Base):
    """What a signer said after signing of handing their name over: one row a word, none is ever changed.

    `said_by` is the colleague to whom they said it, None where they said it themselves.
    """

    __tablename__ = "delivery_word"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signature_id: Mapped[int] = mapped_column(ForeignKey("signature.id"), index=True)
    allowed: Mapped[bool]
    said_at: Mapped[datetime]
    recorded_at: Mapped[datetime]
    source: Mapped[str] = mapped_column(String(100))
    delivery_text_id: Mapped[int | None] = mapped_column(ForeignKey("delivery_text.id"))
    said_by: Mapped[int | None] = mapped_column(BigId)


class SignatureDeliveryRow(Base):
    """A list of signatures that leaves the house for whom the petition is addressed to.

    Who is in it says so (`signature.delivery_id`). A large one is asked for first, of whoever waits then, and agreed to
    by a second colleague; until it leaves `made_at` is when it was asked for. `task_id` is the reminder that the file
    is to be destroyed.
    """

    __tablename__ = "signature_delivery"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    petition_id: Mapped[int] = mapped_column(ForeignKey("call_to_act.id"), index=True)
    recipient: Mapped[str] = mapped_column(String(200))
    state: Mapped[DeliveryState] = mapped_column(Word(DeliveryState))
    people: Mapped[int]
    asked_by: Mapped[int] = mapped_column(BigId)
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    made_by: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    delivered_on: Mapped[date | None]
    settled_by: Mapped[int | None] = mapped_column(BigId)
    settled_at: Mapped[datetime | None]
    purge_on: Mapped[date | None]
    purged_on: Mapped[date | None]
    task_id: Mapped[int | None] = mapped_column(BigId)


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
