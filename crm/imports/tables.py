"""Rows of imports. They hold what files said, and are forgotten with them on their purge day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, KeyedJson, Word
from crm.imports.model import ChangeKind, RowVerdict, RunState


class ImportRunRow(Base):
    __tablename__ = "import_run"
    __table_args__ = (Index("ix_import_run_state", "state"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    file_name: Mapped[str] = mapped_column(String(200))
    file_token: Mapped[str] = mapped_column(String(40))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigId)
    state: Mapped[RunState] = mapped_column(Word(RunState))
    layout: Mapped[dict[str, Any]] = mapped_column(Json)
    sheets: Mapped[list[Any]] = mapped_column(Json)
    headers: Mapped[list[Any]] = mapped_column(Json)
    odd_lines: Mapped[int]
    matching: Mapped[dict[str, Any] | None] = mapped_column(Json(none_as_null=True))
    rows_total: Mapped[int]
    progress: Mapped[int]
    cursor: Mapped[int]
    counts: Mapped[dict[str, Any]] = mapped_column(Json)
    expected_rows: Mapped[int | None]
    expected_cents: Mapped[int | None] = mapped_column(BigInteger)
    error: Mapped[str] = mapped_column(String(200), default="")
    started_by: Mapped[int | None] = mapped_column(BigId)
    created_at: Mapped[datetime]
    stage_at: Mapped[datetime]
    applied_at: Mapped[datetime | None]
    undone_at: Mapped[datetime | None]
    purge_on: Mapped[date] = mapped_column(index=True)
    purged_at: Mapped[datetime | None]
    worker: Mapped[str] = mapped_column(String(40), default="")
    lease_until: Mapped[datetime | None]


class ImportMappingRow(Base):
    """How the columns of one source were matched last time: its headers are its signature."""

    __tablename__ = "import_mapping"
    __table_args__ = (UniqueConstraint("kind", "signature"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    signature: Mapped[str] = mapped_column(String(64))
    matching: Mapped[dict[str, Any]] = mapped_column(Json)
    used_at: Mapped[datetime]


class ImportRowRow(Base):
    """`person_id` is no foreign key: it only says whom the row was about, and may outlive them until the purge.

    `fingerprint` is the same for rows that wish the same; empty where nothing of the row can have gone in.
    """

    __tablename__ = "import_row"
    __table_args__ = (
        Index("ix_import_row_verdict", "run_id", "verdict", "number"),
        Index("ix_import_row_fingerprint", "fingerprint"),
    )

    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    verdict: Mapped[RowVerdict] = mapped_column(Word(RowVerdict))
    reasons: Mapped[list[Any]] = mapped_column(Json)
    given: Mapped[Any] = mapped_column(KeyedJson)
    person_id: Mapped[int | None] = mapped_column(BigId)
    kept_because: Mapped[str] = mapped_column(String(20), default="")
    fingerprint: Mapped[str | None] = mapped_column(String(32))


class ImportChangeRow(Base):
    __tablename__ = "import_change"
    __table_args__ = (Index("ix_import_change_run", "run_id", "number"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"))
    number: Mapped[int]
    kind: Mapped[ChangeKind] = mapped_column(Word(ChangeKind))
    target_id: Mapped[int] = mapped_column(BigId)
    person_id: Mapped[int | None] = mapped_column(BigId)
    before: Mapped[dict[str, Any]] = mapped_column(KeyedJson)
    after: Mapped[dict[str, Any]] = mapped_column(KeyedJson)
