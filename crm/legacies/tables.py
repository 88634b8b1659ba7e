"""Rows of legacies. `legacy_step` only grows while the file is there; the stage of a file is its latest step."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from crm.legacies.model import LegacyKind, Stage


class LegacyRow(Base):
    __tablename__ = "legacy"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    kind: Mapped[LegacyKind] = mapped_column(Word(LegacyKind))
    notary_name: Mapped[str] = mapped_column(String(200))
    notary_address: Mapped[str] = mapped_column(Text)
    notary_phone: Mapped[str] = mapped_column(String(40))
    expected_cents: Mapped[int | None] = mapped_column(BigInteger)
    note: Mapped[str] = mapped_column(Text)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(BigId)


class StepRow(Base):
    __tablename__ = "legacy_step"
    __table_args__ = (Index("ix_legacy_step_legacy", "legacy_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    legacy_id: Mapped[int] = mapped_column(ForeignKey("legacy.id"))
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    reached_on: Mapped[date]
    note: Mapped[str] = mapped_column(Text)
    noted_at: Mapped[datetime]
    noted_by: Mapped[int | None] = mapped_column(BigId)


class LegacyGiftRow(Base):
    """A gift that came from an estate: of one file."""

    __tablename__ = "legacy_gift"

    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), primary_key=True)
    legacy_id: Mapped[int] = mapped_column(ForeignKey("legacy.id"), index=True)
    linked_at: Mapped[datetime]
    linked_by: Mapped[int | None] = mapped_column(BigId)
