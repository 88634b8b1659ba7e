"""Rows of segments. Versions and runs only grow."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, Word
from crm.segments.model import ExportState
from crm.segments.wide_tables import SegmentStaleRow, SegmentWidePairRow, SegmentWideRow, SegmentWideStateRow

__all__ = ("SegmentStaleRow", "SegmentWidePairRow", "SegmentWideRow", "SegmentWideStateRow")


class SegmentRow(Base):
    """`version` is the number of the one that stands; `reason` says why something sensitive is asked."""

    __tablename__ = "segment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(120))
    description: Mapped[str] = mapped_column(Text)
    folder: Mapped[str] = mapped_column(String(80))
    reason: Mapped[str] = mapped_column(Text)
    owner_id: Mapped[int | None] = mapped_column(BigId)
    is_shared: Mapped[bool]
    version: Mapped[int]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigId)


class SegmentVersionRow(Base):
    """A tree, and how many were in or out by hand: a number, for an erasure forgets who.

    `named`: what it names that may be deleted one day (a tag, a petition, a fund), each under its name of then.
    """

    __tablename__ = "segment_version"
    __table_args__ = (UniqueConstraint("segment_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"))
    number: Mapped[int]
    tree: Mapped[dict[str, Any]] = mapped_column(Json)
    named: Mapped[list[list[str]] | None] = mapped_column(Json(none_as_null=True))
    included: Mapped[int] = mapped_column(default=0)
    excluded: Mapped[int] = mapped_column(default=0)
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)


class SegmentPickRow(Base):
    """Who is in or out by hand, whatever the tree says. Apart from the versions, so that an erasure forgets it.

    `number` is the version of the segment that this hand made. `is_included` None: the tree decides again. `was_` is
    what stood before, so that a hand can be taken back.
    """

    __tablename__ = "segment_pick"

    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
    is_included: Mapped[bool | None]
    picked_at: Mapped[datetime]
    picked_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(String(200), default="", server_default="")
    number: Mapped[int] = mapped_column(default=0, server_default="0")
    was_included: Mapped[bool | None] = mapped_column(default=None)
    was_reason: Mapped[str] = mapped_column(String(200), default="", server_default="")


class SegmentRunRow(Base):
    """That a version was counted: how many, when, and how long it took."""

    __tablename__ = "segment_run"
    __table_args__ = (Index("ix_segment_run_segment", "segment_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"))
    number: Mapped[int]
    people: Mapped[int]
    milliseconds: Mapped[int]
    counted_at: Mapped[datetime]


class SegmentExportRow(Base):
    """That a segment leaves the house as a file: for what, to whom, how many, and the file's SHA-256.

    A large one is asked for first, of a version, and agreed to by a second colleague; until it leaves `made_at` is when
    it was asked for. `more` are the columns it has besides names and addresses. `definition` is the fingerprint of all
    that was agreed to: the tree, the people in or out by hand, and the same of every segment it asks about. `task_id`
    is the reminder to confirm that whoever has it destroyed it.
    """

    __tablename__ = "segment_export"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(60))
    channel: Mapped[str] = mapped_column(String(40))
    recipient: Mapped[str] = mapped_column(String(200))
    more: Mapped[str] = mapped_column(String(80), default="", server_default="")
    people: Mapped[int]
    state: Mapped[ExportState] = mapped_column(Word(ExportState))
    version: Mapped[int]
    definition: Mapped[str] = mapped_column(String(64))
    asked_by: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)
    purge_on: Mapped[date | None]
    purged_on: Mapped[date | None]
    task_id: Mapped[int | None] = mapped_column(BigId)


class SegmentExportPersonRow(Base):
    """Who was in it: people may ask who received what we hold of them (GDPR art. 15(1)(c))."""

    __tablename__ = "segment_export_person"

    export_id: Mapped[int] = mapped_column(ForeignKey("segment_export.id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True, index=True)
