"""Rows of plans and mandates. Versions, events and amendments only grow; the columns of a plan are their fold."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId, Word
from crm.plans.model import Amended, Channel, EventKind, PaperKind


class MandateRow(Base):
    """`sealed_account`: encrypted for this reference; `account_key`: keyed, to find it without holding it."""

    __tablename__ = "mandate"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    reference: Mapped[str] = mapped_column(String(35), unique=True)
    holder: Mapped[str] = mapped_column(String(70))
    uid: Mapped[str] = mapped_column(String(32), unique=True)
    sealed_account: Mapped[str | None] = mapped_column(String(200))
    account_key: Mapped[str | None] = mapped_column(AddressKey(120), index=True)
    tail: Mapped[str] = mapped_column(String(4))
    bic: Mapped[str] = mapped_column(String(11))
    signed_on: Mapped[date]
    proof: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(80))
    last_collected_on: Mapped[date | None]
    ended_on: Mapped[date | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class MandateAmendmentRow(Base):
    """What the bank has to be told of a mandate, and since when it knows."""

    __tablename__ = "mandate_amendment"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"), index=True)
    kind: Mapped[Amended] = mapped_column(Word(Amended))
    before: Mapped[str] = mapped_column(String(35))
    made_on: Mapped[date]
    told_at: Mapped[datetime | None]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class MandatePaperRow(Base):
    """A scan of the signed paper: `token` names its file, which is sealed below the home folder."""

    __tablename__ = "mandate_paper"
    __table_args__ = (UniqueConstraint("mandate_id", "sha256"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    mandate_id: Mapped[int] = mapped_column(ForeignKey("mandate.id"))
    token: Mapped[str] = mapped_column(String(32), unique=True)
    kind: Mapped[PaperKind] = mapped_column(Word(PaperKind))
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
    added_at: Mapped[datetime]
    added_by: Mapped[int | None] = mapped_column(BigId)


class PlanRow(Base):
    """The terms of today's version stand here too, so that lists and totals read one row."""

    __tablename__ = "plan"
    __table_args__ = (UniqueConstraint("supplier", "supplier_reference"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    mandate_id: Mapped[int | None] = mapped_column(ForeignKey("mandate.id"), unique=True)
    fund_code: Mapped[str] = mapped_column(ForeignKey("fund.code"))
    source_code: Mapped[str | None] = mapped_column(ForeignKey("gift_source.code"))
    supplier: Mapped[str | None] = mapped_column(String(80))
    supplier_reference: Mapped[str | None] = mapped_column(String(80))
    started_on: Mapped[date]
    paused_from_on: Mapped[date | None]
    paused_until_on: Mapped[date | None]
    ended_on: Mapped[date | None] = mapped_column(index=True)
    cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    every_months: Mapped[int]
    anchor_day: Mapped[int]
    first_month_on: Mapped[date]
    version: Mapped[int]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class PlanVersionRow(Base):
    __tablename__ = "plan_version"
    __table_args__ = (Index("ix_plan_version_plan", "plan_id", "effective_on", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    effective_on: Mapped[date]
    announced_on: Mapped[date | None]
    announced_by: Mapped[Channel | None] = mapped_column(Word(Channel))
    cents: Mapped[int] = mapped_column(BigInteger)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    every_months: Mapped[int]
    anchor_day: Mapped[int]
    first_month_on: Mapped[date]
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class PlanEventRow(Base):
    __tablename__ = "plan_event"
    __table_args__ = (Index("ix_plan_event_plan", "plan_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    kind: Mapped[EventKind] = mapped_column(Word(EventKind))
    on: Mapped[date] = mapped_column("happens_on")
    until_on: Mapped[date | None]
    delta_cents: Mapped[int] = mapped_column(BigInteger)
    reason: Mapped[str] = mapped_column(String(40))
    note: Mapped[str] = mapped_column(Text)
    channel: Mapped[Channel | None] = mapped_column(Word(Channel))
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class StandingInstalmentRow(Base):
    """An instalment that somebody's own bank sent by a standing order: one of a period, and the gift it is."""

    __tablename__ = "standing_instalment"
    __table_args__ = (UniqueConstraint("plan_id", "period"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    plan_id: Mapped[int] = mapped_column(ForeignKey("plan.id"))
    period: Mapped[str] = mapped_column(String(7))
    gift_id: Mapped[int] = mapped_column(ForeignKey("gift.id"), unique=True)
