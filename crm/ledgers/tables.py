"""Rows of ledgers: the blocks that chain them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base


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
