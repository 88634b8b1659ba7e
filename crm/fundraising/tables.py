"""Rows of fundraising. Of a frozen appeal nothing changes but that somebody is taken out or added, and why."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from crm.consent.model import Channel
from crm.foundation.columns import Base, BigId, Word
from crm.fundraising.call_model import CallOutcome, Finding, ReportState
from crm.fundraising.model import Arm, Basis, FileForm, FileState, Kind, Reason, Removal
from crm.people.model import Title
from crm.values.languages import Language


class AppealPlanRow(Base):
    """An appeal beside what gifts know of it. `next_seq` counts letters for good: no number is given twice.

    `is_forgotten` once the names and addresses of its letters were over their term. `left_on` is the day its first file
    or edition left; `abandoned_at` when a frozen one was called off, before anything of it left.
    """

    __tablename__ = "appeal_plan"

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal.id"), primary_key=True, autoincrement=False)
    kind: Mapped[Kind] = mapped_column(Word(Kind))
    channel: Mapped[Channel] = mapped_column(Word(Channel))
    purpose: Mapped[str] = mapped_column(String(40))
    planned_on: Mapped[date]
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    rest_days: Mapped[int]
    yearly_most: Mapped[int]
    gift_months: Mapped[int]
    spares_regular: Mapped[bool]
    one_a_household: Mapped[bool]
    spares_open: Mapped[bool]
    tended_tag: Mapped[int | None] = mapped_column(BigId)
    our_tag: Mapped[int | None] = mapped_column(BigId)
    keep_days: Mapped[int]
    letter: Mapped[str] = mapped_column(Text)
    seed: Mapped[str] = mapped_column(String(40))
    next_seq: Mapped[int]
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(BigId)
    frozen_at: Mapped[datetime | None]
    frozen_by: Mapped[int | None] = mapped_column(BigId)
    is_forgotten: Mapped[bool] = mapped_column(default=False)
    waterfall: Mapped[dict[str, Any] | None]
    left_on: Mapped[date | None]
    abandoned_at: Mapped[datetime | None]
    abandoned_by: Mapped[int | None] = mapped_column(BigId)
    abandoned_why: Mapped[str] = mapped_column(String(200), default="", server_default="")


class AppealCellRow(Base):
    __tablename__ = "appeal_cell"
    __table_args__ = (Index("ix_appeal_cell_appeal", "appeal_id", "position"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"))
    position: Mapped[int]
    name: Mapped[str] = mapped_column(String(80))
    segment_id: Mapped[int] = mapped_column(ForeignKey("segment.id"), index=True)
    segment_version: Mapped[int | None]
    package: Mapped[str] = mapped_column(String(8))
    rival: Mapped[str] = mapped_column(String(8))
    rival_share: Mapped[int]
    ask_basis: Mapped[Basis] = mapped_column(Word(Basis))
    ask_percents: Mapped[list[Any]]
    ask_least_cents: Mapped[int] = mapped_column(BigInteger)
    ask_most_cents: Mapped[int] = mapped_column(BigInteger)
    cap: Mapped[int | None]
    control_share: Mapped[int]


class LetterRow(Base):
    """The words of the letters of a package (empty: of all) in a language; those in French for all are the plan's."""

    __tablename__ = "appeal_letter"
    __table_args__ = (UniqueConstraint("appeal_id", "package", "language"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"))
    package: Mapped[str] = mapped_column(String(8))
    language: Mapped[Language] = mapped_column(Word(Language))
    words: Mapped[str] = mapped_column(Text)


class RecipientRow(Base):
    """Who was frozen. Of the control group only that they are in it: it has no number, no address, no amounts.

    `is_odd` where Windows-1252 lacks a letter of their address, or of their own name, which may come to stand there.
    `opening` is how the letter greets them, `own_opening` how one to them alone would; null of what was frozen before
    they were kept, until the next file leaves.

    By mail, of both arms: `edition_at` is when the edition left that speaks their language; `is_missed` where others
    left and none of those does, so that they had no letter.
    """

    __tablename__ = "appeal_recipient"
    __table_args__ = (
        UniqueConstraint("appeal_id", "person_id"),
        Index("ix_appeal_recipient_seq", "appeal_id", "arm", "seq"),
        Index("ix_appeal_recipient_person", "person_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"))
    cell_id: Mapped[int] = mapped_column(ForeignKey("appeal_cell.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    seq: Mapped[int]
    arm: Mapped[Arm] = mapped_column(Word(Arm))
    package: Mapped[str] = mapped_column(String(8))
    source_code: Mapped[str] = mapped_column(String(40))
    digits: Mapped[str] = mapped_column(String(12))
    asks: Mapped[list[Any]]
    member_number: Mapped[str] = mapped_column(String(20))
    title: Mapped[Title] = mapped_column(Word(Title))
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    organisation: Mapped[str] = mapped_column(String(200))
    complement: Mapped[str] = mapped_column(String(210))
    street: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(20))
    box: Mapped[str] = mapped_column(String(20))
    postcode: Mapped[str] = mapped_column(String(12))
    locality: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    language: Mapped[Language] = mapped_column(Word(Language))
    lines: Mapped[str] = mapped_column(Text)
    phone: Mapped[str] = mapped_column(String(40))
    opening: Mapped[str | None] = mapped_column(Text)
    own_opening: Mapped[str | None] = mapped_column(Text)
    is_odd: Mapped[bool] = mapped_column(default=False)
    added_at: Mapped[datetime | None]
    added_by: Mapped[int | None] = mapped_column(BigId)
    added_why: Mapped[str] = mapped_column(String(200))
    removal: Mapped[Removal | None] = mapped_column(Word(Removal))
    removed_at: Mapped[datetime | None]
    removed_by: Mapped[int | None] = mapped_column(BigId)
    removed_why: Mapped[str] = mapped_column(String(200))
    edition_at: Mapped[datetime | None]
    is_missed: Mapped[bool] = mapped_column(default=False, server_default=false())


Index(
    "ix_appeal_recipient_odd",
    RecipientRow.appeal_id,
    RecipientRow.seq,
    sqlite_where=RecipientRow.is_odd,
    postgresql_where=RecipientRow.is_odd,
)


class LeftOutRow(Base):
    """Who was in a segment and is not asked, and why; `refusal` is the gate's word."""

    __tablename__ = "appeal_left_out"
    __table_args__ = (Index("ix_appeal_left_out_person", "person_id"),)

    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    cell_id: Mapped[int] = mapped_column(ForeignKey("appeal_cell.id"))
    reason: Mapped[Reason] = mapped_column(Word(Reason))
    refusal: Mapped[str] = mapped_column(String(40))


class AppealFileRow(Base):
    """A file that leaves: asked for, looked at by a second colleague where it is large, made; itself it is not kept.

    `cell_id`: the only cell it is of, where an edition went to one alone.
    """

    __tablename__ = "appeal_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"), index=True)
    form: Mapped[FileForm] = mapped_column(Word(FileForm))
    state: Mapped[FileState] = mapped_column(Word(FileState))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int] = mapped_column(BigId)
    asked_rows: Mapped[int]
    recipient: Mapped[str] = mapped_column(String(200))
    cell_id: Mapped[int | None] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    made_at: Mapped[datetime | None]
    made_by: Mapped[int | None] = mapped_column(BigId)
    rows: Mapped[int | None]
    seeds: Mapped[int | None]
    removed: Mapped[int | None]
    by_cell: Mapped[dict[str, Any] | None]
    parts: Mapped[list[Any]]
    purge_on: Mapped[date | None]
    purged_on: Mapped[date | None]
    task_id: Mapped[int | None] = mapped_column(BigId)


class SeedRow(Base):
    """Somebody of the house who gets each letter that a mail house sends. No record of ours: a name and an address."""

    __tablename__ = "appeal_seed"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    first_name: Mapped[str] = mapped_column(String(100))
    last_name: Mapped[str] = mapped_column(String(100))
    language: Mapped[Language] = mapped_column(Word(Language))
    organisation: Mapped[str] = mapped_column(String(100))
    complement: Mapped[str] = mapped_column(String(100))
    street: Mapped[str] = mapped_column(String(120))
    number: Mapped[str] = mapped_column(String(20))
    box: Mapped[str] = mapped_column(String(20))
    postcode: Mapped[str] = mapped_column(String(12))
    locality: Mapped[str] = mapped_column(String(100))
    country: Mapped[str] = mapped_column(String(2))
    added_at: Mapped[datetime]
    added_by: Mapped[int] = mapped_column(BigId)


class CallReportRow(Base):
    """A file of results that an agency sent back; itself it is not kept, its lines until `purge_on`."""

    __tablename__ = "call_report"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    appeal_id: Mapped[int] = mapped_column(ForeignKey("appeal_plan.appeal_id"), index=True)
    agency: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    language: Mapped[Language] = mapped_column(Word(Language))
    state: Mapped[ReportState] = mapped_column(Word(ReportState))
    read_at: Mapped[datetime]
    read_by: Mapped[int | None] = mapped_column(BigId)
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[int | None] = mapped_column(BigId)
    purge_on: Mapped[date]
    purged_on: Mapped[date | None]


class CallResultRow(Base):
    """A line of such a file. One that was done keeps what was said of the call when the others are purged."""

    __tablename__ = "call_result"
    __table_args__ = (Index("ix_call_result_report", "report_id", "line"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    report_id: Mapped[int] = mapped_column(ForeignKey("call_report.id"))
    line: Mapped[int]
    reference: Mapped[str] = mapped_column(String(40))
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("appeal_recipient.id"), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    outcome: Mapped[CallOutcome | None] = mapped_column(Word(CallOutcome))
    called_on: Mapped[date | None]
    cents: Mapped[int | None] = mapped_column(BigInteger)
    is_monthly: Mapped[bool]
    remark: Mapped[str] = mapped_column(String(500))
    finding: Mapped[Finding] = mapped_column(Word(Finding))
    done_at: Mapped[datetime | None]
