"""Rows of composition."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, Word
from crm.values.languages import Language
from mailing.composition.model import EditionState, Frequency, Section, Why


class NewsletterRow(Base):
    """`layout` is a list of [section, at most]. No slot before `scheduled_from` counts as missed."""

    __tablename__ = "newsletter"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    code: Mapped[str] = mapped_column(String(40), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    tagline: Mapped[str] = mapped_column(String(300), default="")
    purpose: Mapped[str] = mapped_column(ForeignKey("purpose.code"))
    language: Mapped[Language] = mapped_column(Word(Language))
    frequency: Mapped[Frequency] = mapped_column(Word(Frequency))
    weekday: Mapped[int]
    at: Mapped[time]
    lead_hours: Mapped[int]
    layout: Mapped[list[Any]] = mapped_column(Json)
    sender_name: Mapped[str] = mapped_column(String(200))
    sender_address: Mapped[str] = mapped_column(String(320))
    reply_to: Mapped[str] = mapped_column(String(320))
    late_hours: Mapped[int]
    minimum_items: Mapped[int]
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    scheduled_from: Mapped[datetime]


class EditionRow(Base):
    """Unique per newsletter and slot: two schedulers propose one. `revision` counts edits, to catch two editors.

    Without a segment or an appeal it goes to everybody who said yes; with one, to those of them who are in it
    (plain numbers: segments and frozen appeals are put away, never deleted).
    """

    __tablename__ = "edition"
    __table_args__ = (UniqueConstraint("newsletter_id", "due_at"), Index("ix_edition_state", "state", "due_at"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    newsletter_id: Mapped[int] = mapped_column(ForeignKey("newsletter.id"))
    number: Mapped[int]
    due_at: Mapped[datetime]
    state: Mapped[EditionState] = mapped_column(Word(EditionState))
    subject: Mapped[str] = mapped_column(Text)
    preheader: Mapped[str] = mapped_column(Text, default="")
    greeting: Mapped[str] = mapped_column(Text, default="")
    opening: Mapped[str] = mapped_column(Text, default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    proposed_at: Mapped[datetime]
    approved_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    approved_at: Mapped[datetime | None]
    digest: Mapped[str] = mapped_column(String(64), default="")
    revision: Mapped[int] = mapped_column(default=0)
    segment_id: Mapped[int | None] = mapped_column(BigId)
    segment_version: Mapped[int | None]
    appeal_id: Mapped[int | None] = mapped_column(BigId)
    appeal_cell: Mapped[int | None] = mapped_column(BigId)


class BlockRow(Base):
    """`own_*` are the editor's words; None means the library's are shown. A removed block can be put back."""

    __tablename__ = "block"
    __table_args__ = (
        Index("ix_block_edition", "edition_id", "position"),
        Index("ix_block_content", "content_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    edition_id: Mapped[int] = mapped_column(ForeignKey("edition.id"))
    section: Mapped[Section] = mapped_column(Word(Section))
    position: Mapped[int]
    content_id: Mapped[int | None] = mapped_column(ForeignKey("content_item.id"))
    why: Mapped[Why] = mapped_column(Word(Why))
    removed: Mapped[bool] = mapped_column(default=False)
    own_title: Mapped[str | None] = mapped_column(Text)
    own_intro: Mapped[str | None] = mapped_column(Text)
    own_button: Mapped[str | None] = mapped_column(Text)
    own_url: Mapped[str | None] = mapped_column(String(1000))
