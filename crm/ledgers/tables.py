"""Rows of ledgers: the blocks that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId


class LedgerBlockRow(Base):
    """Append-only. Whoever rewrites a block has to rewrite all after it, with a key that is not in the database."""

    __tablename__ = "ledger_block"

    ledger: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    previous: Mapped[str] = mapped_column(String(64))
    members: Mapped[list[Any]]
    digest: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime]
    mark_key_id: Mapped[int]
    mark: Mapped[str] = mapped_column(String(64))


class LedgerGoneRow(Base):
    """Append-only: a row let go at the end of its term. Its number and mark stay, so that its block still holds.

    `seal` covers all of it under a key that is not in the database: who deletes a row otherwise is found.
    """

    __tablename__ = "ledger_gone"
    __table_args__ = (Index("ix_ledger_gone_block", "ledger", "block"),)

    ledger: Mapped[str] = mapped_column(String(40), primary_key=True)
    row_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    block: Mapped[int]
    row_key_id: Mapped[int]
    row_mark: Mapped[str] = mapped_column(String(64))
    gone_at: Mapped[datetime]
    seal_key_id: Mapped[int]
    seal: Mapped[str] = mapped_column(String(64))
