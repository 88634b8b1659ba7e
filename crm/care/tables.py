"""Rows of supporter care. What is removed stays, so that it can come back, until the person is erased."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.care.model import Complaint, Direction, InteractionKind
from crm.foundation.columns import Base, BigId, Json, Word


class NoteRow(Base):
    __tablename__ = "care_note"
    __table_args__ = (Index("ix_care_note_person", "person_id", "written_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    text: Mapped[str] = mapped_column(Text)
    is_pinned: Mapped[bool] = mapped_column(default=False)
    written_at: Mapped[datetime]
    written_by: Mapped[int | None] = mapped_column(BigId)
    changed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]


class InteractionRow(Base):
    __tablename__ = "care_interaction"
    __table_args__ = (Index("ix_care_interaction_person", "person_id", "happened_at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[InteractionKind] = mapped_column(Word(InteractionKind))
    direction: Mapped[Direction] = mapped_column(Word(Direction))
    happened_at: Mapped[datetime]
    summary: Mapped[str] = mapped_column(Text)
    outcome: Mapped[str] = mapped_column(Text, default="")
    complaint: Mapped[Complaint] = mapped_column(Word(Complaint), default=Complaint.NONE)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[int | None] = mapped_column(BigId)
    removed_at: Mapped[datetime | None]


_COMPLAINS = InteractionRow.complaint == Complaint.OPEN
Index("ix_care_interaction_open", InteractionRow.id, sqlite_where=_COMPLAINS, postgresql_where=_COMPLAINS)


class TaskRow(Base):
    __tablename__ = "care_task"
    __table_args__ = (
        Index("ix_care_task_person", "person_id"),
        Index("ix_care_task_assignee", "assignee", "done_at", "due_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    interaction_id: Mapped[int | None] = mapped_column(ForeignKey("care_interaction.id"))
    title: Mapped[str] = mapped_column(String(200))
    due_on: Mapped[date | None]
    assignee: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)
    done_at: Mapped[datetime | None]
    done_by: Mapped[int | None] = mapped_column(BigId)
    removed_at: Mapped[datetime | None]


class DraftRow(Base):
    """One per colleague and person: what they were typing."""

    __tablename__ = "care_draft"

    account_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    fields: Mapped[dict[str, Any]] = mapped_column(Json)
    kept_at: Mapped[datetime]
