"""Rows of collections: an instalment once a period, each asking of it, the files they went out in."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.collections.model import AttemptState, CollectionState, Schema, Sequence
from crm.foundation.columns import Base, BigId, Word


class SepaBatchRow(Base):
    """`digest` is that of the file two people saw: no other leaves."""

    __tablename__ = "sepa_batch"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(35), unique=True)
    schema: Mapped[Schema] = mapped_column("file_schema", Word(Schema))
    collect_on: Mapped[date]
    count: Mapped[int] = mapped_column("row_count")
    cents: Mapped[int] = mapped_column(BigInteger)
    digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(BigId)
    approved_at: Mapped[datetime | None]
    approved_by: Mapped[int | None] = mapped_column(BigId)
    sent_at: Mapped[datetime | None]
    sent_by: Mapped[int | None] = mapped_column(BigId)
    settled_on: Mapped[date | None]
    dropped_at: Mapped[datetime | None]
    dropped_by: Mapped[int | None] = mapped_column(BigId)


class CreditorRow(Base):
    """Who we are to banks from a day on; no row: who the settings say."""

    __tablename__ = "creditor_identity"

    from_on: Mapped[date] = mapped_column(primary_key=True)
    creditor_id: Mapped[str] = mapped_column(String(35))
    name: Mapped[str] = mapped_column(String(200))
    account: Mapped[str] = mapped_column(String(34))
    bic: Mapped[str] = mapped_column(String(11))
    noted_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(BigId)


class CollectionRow(Base):
    """One instalment: a mandate and a plan have one of a period, however often it is tried."""

    __tablename__ = "collection"
    __table_args__ = (
        UniqueConstraint("mandate_id", "period"),
        UniqueConstraint("plan_id", "period"),
        Index("ix_collection_open", "state", "retry_on"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"))
    period: Mapped[str] = mapped_column(String(7))
    due_on: Mapped[date]
    cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    announced_on: Mapped[date | None]
    state: Mapped[CollectionState] = mapped_column(Word(CollectionState))
    retry_on: Mapped[date | None]
    gift_id: Mapped[int | None] = mapped_column(ForeignKey("gift.id"), index=True)
    reason: Mapped[str] = mapped_column(String(40))


class AttemptRow(Base):
    """One asking of an instalment. `was_reference`, `is_new_account`, `was_creditor_id`, `was_creditor`: the changes
    that this one tells the bank.

    `settled_by` is the bank's line that settled it; `undone` counts how often that, or a return, was taken back.
    """

    __tablename__ = "collection_attempt"
    __table_args__ = (
        UniqueConstraint("collection_id", "number"),
        Index("ix_collection_attempt_batch", "batch_id", "id"),
        Index("ix_collection_attempt_line", "settled_by"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    collection_id: Mapped[int] = mapped_column(ForeignKey("collection.id"))
    batch_id: Mapped[int] = mapped_column(ForeignKey("sepa_batch.id"))
    number: Mapped[int]
    end_to_end_id: Mapped[str] = mapped_column(String(35), unique=True)
    sequence: Mapped[Sequence] = mapped_column(Word(Sequence))
    was_reference: Mapped[str] = mapped_column(String(35))
    is_new_account: Mapped[bool]
    was_creditor_id: Mapped[str] = mapped_column(String(35), default="", server_default="")
    was_creditor: Mapped[str] = mapped_column(String(70), default="", server_default="")
    state: Mapped[AttemptState] = mapped_column(Word(AttemptState))
    reason: Mapped[str] = mapped_column(String(40))
    settled_on: Mapped[date | None]
    settled_by: Mapped[str | None] = mapped_column(String(80))
    undone: Mapped[int] = mapped_column(default=0, server_default="0")
