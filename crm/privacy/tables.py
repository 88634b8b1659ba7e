"""Rows of data protection. They do not leave this room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId, Word
from crm.privacy.model import RequestKind, RequestState, RequestWay


class RightsRequestRow(Base):
    """`person_id` is a plain number: the room of people stands above this one."""

    __tablename__ = "rights_request"
    __table_args__ = (
        Index("ix_rights_request_person", "person_id"),
        Index("ix_rights_request_due", "state", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId)
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    way: Mapped[RequestWay] = mapped_column(Word(RequestWay))
    words: Mapped[str] = mapped_column(Text)
    received_at: Mapped[datetime]
    due_on: Mapped[date]
    is_extended: Mapped[bool]
    state: Mapped[RequestState] = mapped_column(Word(RequestState))
    outcome: Mapped[str] = mapped_column(Text)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigId)


class ErasedIdentityRow(Base):
    """A keyed hash of a way to reach somebody and of their name, who asked to be forgotten; it names nobody."""

    __tablename__ = "erased_identity"

    key: Mapped[str] = mapped_column(AddressKey(80), primary_key=True)
    erased_at: Mapped[datetime]


class RetentionRow(Base):
    """How long one kind of thing is kept, from a day on, once a second person agreed; never changed after that."""

    __tablename__ = "retention_term"
    __table_args__ = (Index("ix_retention_term_code", "code", "valid_from_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    months: Mapped[int]
    valid_from_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool]


class LimitRow(Base):
    """A number by which files leave, from a day on, once a second person agreed; never changed after that."""

    __tablename__ = "file_limit"
    __table_args__ = (Index("ix_file_limit_code", "code", "valid_from_on"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40))
    value: Mapped[int]
    valid_from_on: Mapped[date]
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool]
