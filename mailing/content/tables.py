"""Rows of content."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, Word
from crm.values.languages import Language
from mailing.content.model import ContentKind, TermKind


class ContentItemRow(Base):
    """`own_title` and `own_intro` are an editor's words; a feed never overwrites them.

    `keeps_closing` is true where an editor set the closing day.
    """

    __tablename__ = "content_item"
    __table_args__ = (
        Index("ix_content_item_title", "language", "folded_title"),
        Index("ix_content_item_published", "language", "published_at"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[ContentKind] = mapped_column(Word(ContentKind))
    language: Mapped[Language] = mapped_column(Word(Language))
    title: Mapped[str] = mapped_column(Text)
    folded_title: Mapped[str] = mapped_column(String(300))
    intro: Mapped[str] = mapped_column(Text, default="")
    intro_truncated: Mapped[bool] = mapped_column(default=False)
    own_title: Mapped[str | None] = mapped_column(Text)
    own_intro: Mapped[str | None] = mapped_column(Text)
    url: Mapped[str] = mapped_column(String(1000))
    author: Mapped[str] = mapped_column(String(300), default="")
    image_url: Mapped[str] = mapped_column(String(1000), default="")
    published_at: Mapped[datetime | None]
    first_seen_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    closes_on: Mapped[date | None]
    keeps_closing: Mapped[bool] = mapped_column(default=False)
    closed_at: Mapped[datetime | None]
    starts_on: Mapped[date | None]
    ends_on: Mapped[date | None]
    starts_time: Mapped[str] = mapped_column(String(40), default="")
    place: Mapped[str] = mapped_column(String(200), default="")
    event_types: Mapped[list[Any]] = mapped_column(Json)
    hidden: Mapped[bool] = mapped_column(default=False)


class ContentAddressRow(Base):
    """Every address under which a thing was ever seen."""

    __tablename__ = "content_address"

    url: Mapped[str] = mapped_column(String(1000), primary_key=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), index=True)


class ContentSourceRow(Base):
    """Which feed items speak of which thing, and what they said when we last read them."""

    __tablename__ = "content_source"

    feed_item_id: Mapped[int] = mapped_column(ForeignKey("feed_item.id"), primary_key=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64))


class TermRow(Base):
    __tablename__ = "term"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    kind: Mapped[TermKind] = mapped_column(Word(TermKind))
    code: Mapped[str] = mapped_column(String(120), unique=True)
    label: Mapped[str] = mapped_column(String(200))


class TermAliasRow(Base):
    """Folded spellings; each term's own label is one of them."""

    __tablename__ = "term_alias"

    folded: Mapped[str] = mapped_column(String(200), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"))


class ContentTermRow(Base):
    __tablename__ = "content_term"

    content_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), primary_key=True)
    term_id: Mapped[int] = mapped_column(ForeignKey("term.id"), primary_key=True)
    derived: Mapped[bool] = mapped_column(default=False)


class UnknownTagRow(Base):
    __tablename__ = "unknown_tag"

    folded: Mapped[str] = mapped_column(String(200), primary_key=True)
    sample: Mapped[str] = mapped_column(String(200))
    seen: Mapped[int]
    first_seen_at: Mapped[datetime]
    ignored: Mapped[bool] = mapped_column(default=False)


class TaggedUnknownRow(Base):
    """Which things wear an unknown tag, so that naming it later tags them."""

    __tablename__ = "tagged_unknown"

    folded: Mapped[str] = mapped_column(ForeignKey("unknown_tag.folded"), primary_key=True)
    content_id: Mapped[int] = mapped_column(ForeignKey("content_item.id"), primary_key=True)
