"""Rows of the welcome series: settings alone. Who was written to stands in the ledger of deliveries."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from crm.values.languages import Language


class StepRow(Base):
    __tablename__ = "welcome_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    days: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(40))
    is_open: Mapped[bool]


class WordsRow(Base):
    __tablename__ = "welcome_words"

    step_id: Mapped[int] = mapped_column(ForeignKey("welcome_step.id"), primary_key=True)
    language: Mapped[Language] = mapped_column(Word(Language), primary_key=True)
    subject: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigId)
