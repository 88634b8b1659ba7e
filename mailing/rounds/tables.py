"""Rows of rounds. They do not leave this room."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from mailing.rounds.model import Outcome, Reach


class RoundRow(Base):
    __tablename__ = "permission_round"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    purpose: Mapped[str] = mapped_column(String(40))
    reach: Mapped[Reach] = mapped_column(Word(Reach))
    reason: Mapped[str] = mapped_column(Text)
    proposed_by: Mapped[int | None] = mapped_column(BigId)
    proposed_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    is_approved: Mapped[bool]
    answer_by_on: Mapped[date | None]
    mailing_id: Mapped[int | None] = mapped_column(ForeignKey("mailing.id"))
    closed_at: Mapped[datetime | None]


class QuestionRow(Base):
    """That somebody was asked in a round, and what came of it. A merge moves only `person_id`."""

    __tablename__ = "permission_question"
    __table_args__ = (
        UniqueConstraint("round_id", "recorded_person_id"),
        Index("ix_permission_question_person", "person_id", "asked_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("permission_round.id"))
    recorded_person_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    is_legacy: Mapped[bool]
    asked_at: Mapped[datetime]
    outcome: Mapped[Outcome] = mapped_column(Word(Outcome))
    settled_at: Mapped[datetime | None]
