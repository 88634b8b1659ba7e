"""Rows of attestations. What an attestation says is sealed; its number, version and amount never change."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.attestations.file_model import FileState
from crm.attestations.model import FiscalKind, Format, HandWay, MissingNumber, Operation, Stage, Status
from crm.foundation.columns import Base, BigId, Json, Word
from crm.values.languages import Language


class YearRulesRow(Base):
    """Rules of a year as they were proposed; those accepted last hold."""

    __tablename__ = "attestation_rules"
    __table_args__ = (Index("ix_attestation_rules_year", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    year: Mapped[int]
    threshold_cents: Mapped[int] = mapped_column(BigInteger)
    rate_percent: Mapped[int]
    due_on: Mapped[date]
    missing_number: Mapped[MissingNumber] = mapped_column(Word(MissingNumber))
    approved_from_on: Mapped[date | None]
    approved_until_on: Mapped[date | None]
    nature_person: Mapped[str] = mapped_column(String(1))
    nature_enterprise: Mapped[str] = mapped_column(String(1))
    legal_item: Mapped[str] = mapped_column(String(2))
    sentences: Mapped[dict[str, str] | None] = mapped_column(Json)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    is_accepted: Mapped[bool]


class SignatureRow(Base):
    """A signature as it was proposed; the one accepted last stands on papers numbered since. Without a signer: none."""

    __tablename__ = "attestation_signature"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    signer: Mapped[str] = mapped_column(String(80))
    role_fr: Mapped[str] = mapped_column(String(80))
    role_nl: Mapped[str] = mapped_column(String(80))
    role_de: Mapped[str] = mapped_column(String(80))
    sealed: Mapped[str] = mapped_column(Text)
    proposed_at: Mapped[datetime]
    proposed_by: Mapped[int] = mapped_column(BigId)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    is_accepted: Mapped[bool]


class FiscalIdentityRow(Base):
    """Where somebody is another for the administration than for us: another name, a body, or their partner's paper."""

    __tablename__ = "fiscal_identity"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    kind: Mapped[FiscalKind] = mapped_column(Word(FiscalKind))
    name: Mapped[str] = mapped_column(String(200))
    first_name: Mapped[str] = mapped_column(String(100))
    enterprise_number: Mapped[str] = mapped_column(String(20))
    language: Mapped[Language | None] = mapped_column(Word(Language))
    given_to_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigId)


class DriftRow(Base):
    """A paper that says another amount than the gifts do, as the night found it, and the task that told of it."""

    __tablename__ = "attestation_drift"

    year: Mapped[int] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    attested_cents: Mapped[int] = mapped_column(BigInteger)
    cents: Mapped[int] = mapped_column(BigInteger)
    task_id: Mapped[int | None] = mapped_column(BigId)


class NumbersRow(Base):
    """The last number of a year. A lock draws all of its numbers here in one transaction."""

    __tablename__ = "attestation_numbers"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    last: Mapped[int]


class RunRow(Base):
    __tablename__ = "attestation_run"
    __table_args__ = (Index("ix_attestation_run_year", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    year: Mapped[int]
    stage: Mapped[Stage] = mapped_column(Word(Stage))
    count: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    opened_at: Mapped[datetime]
    opened_by: Mapped[int | None] = mapped_column(BigId)
    checked_at: Mapped[datetime | None]
    locked_at: Mapped[datetime | None]
    locked_by: Mapped[int | None] = mapped_column(BigId)
    issued_at: Mapped[datetime | None]
    filed_at: Mapped[datetime | None]
    handed_at: Mapped[datetime | None]
    handed_by: Mapped[int | None] = mapped_column(BigId)


class AttestationRow(Base):
    """A version of a number. `print` and `paper_print` are keyed: a bare hash of so little would tell a number."""

    __tablename__ = "attestation"
    __table_args__ = (
        UniqueConstraint("year", "number", "version"),
        Index("ix_attestation_person", "person_id", "year"),
        Index("ix_attestation_run", "run_id", "number"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("attestation_run.id"))
    year: Mapped[int]
    number: Mapped[int]
    version: Mapped[int]
    status: Mapped[Status] = mapped_column(Word(Status))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    cents: Mapped[int] = mapped_column(BigInteger)
    has_number: Mapped[bool]
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    code: Mapped[str] = mapped_column(String(20), unique=True)
    fiche_key: Mapped[str] = mapped_column(String(20), index=True)
    sealed: Mapped[str] = mapped_column(Text)
    print: Mapped[str] = mapped_column(String(80))
    locked_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    issued_at: Mapped[datetime | None]
    paper_print: Mapped[str] = mapped_column(String(80))
    problem: Mapped[str] = mapped_column(String(80))
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[int | None] = mapped_column(BigId)
    reason: Mapped[str] = mapped_column(Text)


class ElsewhereRow(Base):
    """A paper that an older system issued: its number as it stands there, whose, how much."""

    __tablename__ = "attestation_elsewhere"
    __table_args__ = (
        UniqueConstraint("system", "year", "number"),
        Index("ix_attestation_elsewhere_person", "person_id", "year"),
        Index("ix_attestation_elsewhere_year", "year"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    system: Mapped[str] = mapped_column(String(60))
    year: Mapped[int]
    number: Mapped[str] = mapped_column(String(40))
    cents: Mapped[int] = mapped_column(BigInteger)
    issued_on: Mapped[date | None]
    brought_at: Mapped[datetime]


class AttestationLineRow(Base):
    """The payment behind each cent."""

    __tablename__ = "attestation_line"
    __table_args__ = (Index("ix_attestation_line_line", "line_id"),)

    attestation_id: Mapped[int] = mapped_column(ForeignKey("attestation.id"), primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("gift_line.id"), primary_key=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), index=True)
    given_on: Mapped[date]
    cents: Mapped[int] = mapped_column(BigInteger)


class HandingRow(Base):
    """One time that a paper, or a copy of it, was handed over. Only grows."""

    __tablename__ = "attestation_handing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    attestation_id: Mapped[int] = mapped_column(ForeignKey("attestation.id"), index=True)
    way: Mapped[HandWay] = mapped_column(Word(HandWay))
    is_copy: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(BigId)


class FilingRow(Base):
    """A file made for the administration; `print` is keyed."""

    __tablename__ = "attestation_filing"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    year: Mapped[int] = mapped_column(index=True)
    format: Mapped[Format] = mapped_column(Word(Format))
    is_correction: Mapped[bool]
    count: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    print: Mapped[str] = mapped_column(String(80))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)


class FileRow(Base):
    """A file that was asked for at the desk: looked at first, then made beside the office, and taken once.

    `figures` and `flaws` speak of numbers of attestations and of nobody; the file itself lies sealed on a shelf.
    """

    __tablename__ = "attestation_file"
    __table_args__ = (Index("ix_attestation_file_year", "year", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    year: Mapped[int]
    format: Mapped[Format] = mapped_column(Word(Format))
    is_test: Mapped[bool]
    reference: Mapped[str] = mapped_column(String(40))
    state: Mapped[FileState] = mapped_column(Word(FileState))
    asked_at: Mapped[datetime]
    asked_by: Mapped[int | None] = mapped_column(BigId)
    seen: Mapped[int]
    total: Mapped[int]
    lease_until: Mapped[datetime | None]
    figures: Mapped[dict[str, Any]] = mapped_column(Json)
    flaws: Mapped[list[str]] = mapped_column(Json)
    filing_id: Mapped[int | None] = mapped_column(ForeignKey("attestation_filing.id"), index=True)
    token: Mapped[str] = mapped_column(String(32))
    ready_at: Mapped[datetime | None]
    taken_at: Mapped[datetime | None]
    taken_by: Mapped[int | None] = mapped_column(BigId)


class AnswerRow(Base):
    """Something that the administration said of a fiche, or of a whole file; numbers of people are masked in it."""

    __tablename__ = "attestation_answer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    filing_id: Mapped[int] = mapped_column(ForeignKey("attestation_filing.id"), index=True)
    attestation_id: Mapped[int | None] = mapped_column(ForeignKey("attestation.id"), index=True)
    line: Mapped[int | None]
    level: Mapped[str] = mapped_column(String(20))
    said: Mapped[str] = mapped_column(Text)
    read_at: Mapped[datetime]
    read_by: Mapped[int | None] = mapped_column(BigId)


class FiledRow(Base):
    """Which version a file told of, and what it asked."""

    __tablename__ = "attestation_filed"

    filing_id: Mapped[int] = mapped_column(ForeignKey("attestation_filing.id"), primary_key=True)
    attestation_id: Mapped[int] = mapped_column(ForeignKey("attestation.id"), primary_key=True, index=True)
    operation: Mapped[Operation] = mapped_column(Word(Operation))
