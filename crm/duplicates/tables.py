"""Rows of duplicates. They do not leave this room."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.duplicates.model import PairState
from crm.foundation.columns import Base, BigId, Json, Word


class PairRow(Base):
    """Two people, the smaller number first. `seen_at` is when they last looked alike."""

    __tablename__ = "duplicate_pair"
    __table_args__ = (
        UniqueConstraint("low_id", "high_id"),
        Index("ix_duplicate_pair_high", "high_id"),
        Index("ix_duplicate_pair_queue", "state", "score"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    low_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    high_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    score: Mapped[int]
    reasons: Mapped[list[Any]] = mapped_column(Json)
    state: Mapped[PairState] = mapped_column(Word(PairState), default=PairState.OPEN)
    seen_at: Mapped[datetime]
    later_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)


class MergeRow(Base):
    """Kept for ever, undone or not. `gave_way` holds the values that the survivor did not keep."""

    __tablename__ = "person_merge"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    survivor_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    loser_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    merged_at: Mapped[datetime]
    merged_by: Mapped[int | None] = mapped_column(BigId)
    chosen: Mapped[dict[str, Any]] = mapped_column(Json)
    gave_way: Mapped[dict[str, Any]] = mapped_column(Json)
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[int | None] = mapped_column(BigId)


class MergeMoveRow(Base):
    """What a merge changed in one room's table, in order: which rows, from what, to what."""

    __tablename__ = "merge_move"
    __table_args__ = (Index("ix_merge_move_merge", "merge_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    merge_id: Mapped[int] = mapped_column(ForeignKey("person_merge.id"))
    room: Mapped[str] = mapped_column(String(40))
    table_name: Mapped[str] = mapped_column(String(63))
    row_keys: Mapped[list[Any]] = mapped_column(Json)
    before: Mapped[dict[str, Any]] = mapped_column("before_values", Json)
    after: Mapped[dict[str, Any]] = mapped_column("after_values", Json)


class ComparisonMarkRow(Base):
    """One row (id 1): up to which person's number everybody has been compared once."""

    __tablename__ = "comparison_mark"

    id: Mapped[int] = mapped_column(primary_key=True)
    up_to_person_id: Mapped[int] = mapped_column(BigId)
    at: Mapped[datetime]
