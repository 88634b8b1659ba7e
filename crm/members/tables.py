"""Rows of memberships and assemblies. What fees pay for is nowhere here: it is reckoned from the gifts themselves."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Word
from crm.members.model import LeaveReason, RemindWay, Source


class KindRow(Base):
    __tablename__ = "membership_kind"

    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    is_open: Mapped[bool]
    votes: Mapped[bool] = mapped_column(default=True)


class RateRow(Base):
    """What a kind costs from a day on; an earlier fee keeps the rate of its day."""

    __tablename__ = "membership_rate"

    kind: Mapped[str] = mapped_column(ForeignKey("membership_kind.code"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    fee_cents: Mapped[int] = mapped_column(BigInteger)
    months: Mapped[int]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)


class HouseRulesRow(Base):
    __tablename__ = "membership_rules"

    from_on: Mapped[date] = mapped_column(primary_key=True)
    grace_months: Mapped[int]
    remind_days: Mapped[int]
    proxies_most: Mapped[int]
    decided_at: Mapped[datetime]
    decided_by: Mapped[int | None] = mapped_column(BigId)


class MembershipRow(Base):
    __tablename__ = "membership"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    signed_on: Mapped[date | None]
    source: Mapped[Source] = mapped_column(Word(Source))
    ended_on: Mapped[date | None] = mapped_column(index=True)
    end_reason: Mapped[LeaveReason | None] = mapped_column(Word(LeaveReason))
    end_note: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)


class PartRow(Base):
    """Who is of a membership, and from when to when their fees count for it; None: from the first, still."""

    __tablename__ = "membership_person"
    __table_args__ = (Index("ix_membership_person_membership", "membership_id", "id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    is_holder: Mapped[bool]
    since_on: Mapped[date | None]
    until_on: Mapped[date | None]


class TermsRow(Base):
    """Of which kind a membership is from a day on."""

    __tablename__ = "membership_terms"

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    from_on: Mapped[date] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(ForeignKey("membership_kind.code"))


class ReminderRow(Base):
    """That a holder was told until when the membership is paid: once a day of that kind."""

    __tablename__ = "membership_reminder"

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id"), primary_key=True)
    until_on: Mapped[date] = mapped_column(primary_key=True)
    way: Mapped[RemindWay] = mapped_column(Word(RemindWay))
    reminded_at: Mapped[datetime]


class AssemblyRow(Base):
    __tablename__ = "general_assembly"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    title: Mapped[str] = mapped_column(String(200))
    held_on: Mapped[date]
    place: Mapped[str] = mapped_column(String(200))
    agenda: Mapped[str] = mapped_column(Text)
    voters_on: Mapped[date]
    convoked_at: Mapped[datetime | None]
    convoked_by: Mapped[int | None] = mapped_column(BigId)


class ConvocationRow(Base):
    """That somebody was asked to come, once."""

    __tablename__ = "assembly_convocation"
    __table_args__ = (UniqueConstraint("assembly_id", "person_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(ForeignKey("general_assembly.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    way: Mapped[RemindWay] = mapped_column(Word(RemindWay))
    convoked_at: Mapped[datetime]


class ProxyRow(Base):
    __tablename__ = "assembly_proxy"
    __table_args__ = (UniqueConstraint("assembly_id", "giver_id"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    assembly_id: Mapped[int] = mapped_column(ForeignKey("general_assembly.id"))
    giver_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    holder_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given_at: Mapped[datetime]
    recorded_by: Mapped[int | None] = mapped_column(BigId)
