"""Rows of the bank: files, statements, lines. A line is never changed but for what was decided about it."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.banking.kept import Aside, LineState, Rule
from crm.banking.model import Format, ReturnKind
from crm.foundation.columns import AddressKey, Base, BigId, Word


class BankFileRow(Base):
    """A file that was brought in, known again by a keyed fingerprint of its bytes."""

    __tablename__ = "bank_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(80), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    brought_at: Mapped[datetime]
    brought_by: Mapped[int | None] = mapped_column(BigId)


class BankStatementRow(Base):
    __tablename__ = "bank_statement"
    __table_args__ = (Index("ix_bank_statement_account", "account", "closing_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(80), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_file.id"), index=True)
    format: Mapped[Format] = mapped_column(Word(Format))
    account: Mapped[str] = mapped_column(String(34))
    reference: Mapped[str] = mapped_column(String(80), default="")
    is_extract: Mapped[bool]
    opening_cents: Mapped[int | None] = mapped_column(BigInteger)
    opening_on: Mapped[date | None]
    closing_cents: Mapped[int | None] = mapped_column(BigInteger)
    closing_on: Mapped[date | None]


class BankLineRow(Base):
    """`fingerprint`: keyed, of all that makes the line this one. The account it came from is sealed, known by a key."""

    __tablename__ = "bank_line"
    __table_args__ = (
        Index("ix_bank_line_state", "state", "booked_on", "id"),
        Index("ix_bank_line_end_to_end", "end_to_end_id"),
        Index("ix_bank_line_mandate", "mandate"),
        Index("ix_bank_line_account_key", "account_key"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(80), unique=True)
    file_id: Mapped[int] = mapped_column(ForeignKey("bank_file.id"), index=True)
    account: Mapped[str] = mapped_column(String(34))
    booked_on: Mapped[date]
    value_on: Mapped[date | None]
    executed_on: Mapped[date | None]
    cents: Mapped[int] = mapped_column(BigInteger)
    name: Mapped[str] = mapped_column(String(140))
    address: Mapped[str] = mapped_column(String(200))
    sealed_account: Mapped[str | None] = mapped_column(String(200))
    tail: Mapped[str] = mapped_column(String(4))
    account_key: Mapped[str | None] = mapped_column(AddressKey(120))
    communication: Mapped[str] = mapped_column(Text)
    structured: Mapped[str | None] = mapped_column(String(35))
    end_to_end_id: Mapped[str | None] = mapped_column(String(80))
    mandate: Mapped[str | None] = mapped_column(String(80))
    return_kind: Mapped[ReturnKind | None] = mapped_column(Word(ReturnKind))
    return_reason: Mapped[str | None] = mapped_column(String(40))
    transaction_code: Mapped[str | None] = mapped_column(String(40))
    bank_reference: Mapped[str | None] = mapped_column(String(80))
    batch: Mapped[str | None] = mapped_column(String(80))
    fee: Mapped[bool]
    state: Mapped[LineState] = mapped_column(Word(LineState))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    rule: Mapped[Rule | None] = mapped_column(Word(Rule))
    undoes: Mapped[int | None] = mapped_column(ForeignKey("bank_line.id"), unique=True)
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"), index=True)
    decided_at: Mapped[datetime | None]
    decided_by: Mapped[int | None] = mapped_column(BigId)
    version: Mapped[int]
    aside: Mapped[Aside | None] = mapped_column(Word(Aside))
    learned: Mapped[str] = mapped_column(String(40), default="", server_default="")


class BankRefundRow(Base):
    """One of several refunds that a debit paid (`cents` below nought); what paid one alone stands on its gift."""

    __tablename__ = "bank_refund"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), index=True)
    cents: Mapped[int] = mapped_column(BigInteger)


class BankDepositRow(Base):
    """The credit by which a pile of cheques or cash came to the bank: of each pile one, of one credit maybe several."""

    __tablename__ = "bank_deposit"

    batch_id: Mapped[int] = mapped_column(ForeignKey("gift_batch.id"), primary_key=True, autoincrement=False)
    line_id: Mapped[int] = mapped_column(ForeignKey("bank_line.id"), index=True)
