"""Rows of the vault. What they hold is worth nothing without a key file that is not in the database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from crm.vault.model import Source, Way


class NumberRow(Base):
    """A number of somebody, or one that waits for what it came with (`origin`) to find its person.

    `came_with` is the origin of one that found its person, so that it waits again where that was a slip.
    `uid` is drawn once and bound into the encryption, so that no row can be given another's number.
    """

    __tablename__ = "national_number"
    __table_args__ = (
        CheckConstraint("person_id IS NOT NULL OR origin IS NOT NULL", name="of_someone_or_waiting"),
        Index("ix_national_number_key", "number_key"),
        Index("ix_national_number_origin", "origin"),
        Index("ix_national_number_key_id", "key_id", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), unique=True)
    origin: Mapped[str | None] = mapped_column(String(80))
    came_with: Mapped[str | None] = mapped_column(String(80))
    sealed: Mapped[str] = mapped_column(String(200))
    key_id: Mapped[int]
    number_key: Mapped[str] = mapped_column(String(80))
    source: Mapped[Source] = mapped_column(Word(Source))
    kept_at: Mapped[datetime]
    kept_by: Mapped[int | None] = mapped_column(BigId)


class NumberGoneRow(Base):
    """That somebody's number was held once and destroyed when its term was over; never which it was."""

    __tablename__ = "national_number_gone"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    source: Mapped[Source] = mapped_column(Word(Source))
    kept_at: Mapped[datetime]
    nothing_since: Mapped[datetime]


class NumberRequestRow(Base):
    """That somebody was asked. A link stands for one row, and serves once: `answered_at` closes it."""

    __tablename__ = "national_number_request"
    __table_args__ = (Index("ix_national_number_request_person", "person_id", "asked_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[datetime]
    way: Mapped[Way] = mapped_column(Word(Way))
    asked_by: Mapped[int | None] = mapped_column(BigId)
    answered_at: Mapped[datetime | None]
