"""Rows of the clock: each due moment of each job, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, Word
from jobs.model import RunState


class JobRunRow(Base):
    """`worker` is new with each claim: a late worker's word no longer counts. `quiet`: there was nothing to do."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "due_at"), Index("ix_job_run_state", "state", "finished_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(String(80))
    due_at: Mapped[datetime]
    state: Mapped[RunState] = mapped_column(Word(RunState))
    worker: Mapped[str] = mapped_column(String(80), default="")
    lease_until: Mapped[datetime | None]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    outcome: Mapped[dict[str, Any]] = mapped_column(Json)
    error: Mapped[str] = mapped_column(Text, default="")
    quiet: Mapped[bool] = mapped_column(default=False)
