"""Rows of origins. They do not leave this room."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from mailing.origins.model import ToldBy


class OriginNoticeRow(Base):
    """That somebody was told where we have their data from: once. A merge moves only `person_id`."""

    __tablename__ = "origin_notice"
    __table_args__ = (
        UniqueConstraint("recorded_person_id"),
        Index("ix_origin_notice_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    source: Mapped[str] = mapped_column(String(100))
    told_as: Mapped[str] = mapped_column(Text)
    way: Mapped[ToldBy] = mapped_column(Word(ToldBy))
    told_at: Mapped[datetime]


class KnownOriginRow(Base):
    """An origin whose people know already, and why we think so."""

    __tablename__ = "known_origin"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    reason: Mapped[str] = mapped_column(Text)
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime]
