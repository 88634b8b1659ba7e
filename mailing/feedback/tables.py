"""Rows of feedback."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from mailing.feedback.model import Finding


class MailEventRow(Base):
    """What came back about a mail. `source_key` is a hash of the report, so that reading it twice changes nothing."""

    __tablename__ = "mail_event"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    delivery_id: Mapped[int | None] = mapped_column(ForeignKey("delivery.id"), index=True)
    finding: Mapped[Finding] = mapped_column(Word(Finding))
    status: Mapped[str] = mapped_column(String(20), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    source_key: Mapped[str] = mapped_column(String(64), unique=True)
    at: Mapped[datetime]
