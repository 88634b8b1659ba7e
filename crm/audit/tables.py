"""Rows of the audit trail; they only ever grow."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Chained, Json


class AuditRow(Chained, Base):
    __tablename__ = "audit_entry"
    __table_args__ = (
        Index("ix_audit_entry_subject", "subject", "subject_id"),
        # The newest of one action, and about one kind of thing, however long the trail is; and which ones there are.
        Index("ix_audit_entry_action", "action", "id"),
        Index("ix_audit_entry_kind", "subject", "id"),
        Index("ix_audit_entry_account", "account_id", "id"),
        Index("ix_audit_entry_at", "at"),
        Index("ix_audit_entry_block", "block", "id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime]
    account_id: Mapped[int | None] = mapped_column(BigId)
    action: Mapped[str] = mapped_column(String(80))
    subject: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None] = mapped_column(BigId)
    facts: Mapped[dict[str, Any]] = mapped_column(Json)
