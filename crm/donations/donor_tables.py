"""Rows of donor statistics: each a fold of the gifts, kept with them and counted anew at night."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from crm.donations.portraits import Measure, Peers
from crm.foundation.columns import Base, Word
from crm.people.model import PersonKind


class DonorStatsRow(Base):
    """What a donor's effective gifts come to, as of the day of `donor_windows`: a fold, rebuilt at any time.

    Only windows (`*_12m` and so on) know that day; what else depends on today (a lifecycle, a streak) is read from
    these columns and kept nowhere. Whoever has given nothing has no row.
    """

    __tablename__ = "donor_stats"
    __table_args__ = (Index("ix_donor_stats_last_on", "last_on"), Index("ix_donor_stats_first_on", "first_on"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    gifts: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    first_on: Mapped[date]
    first_cents: Mapped[int] = mapped_column(BigInteger)
    second_on: Mapped[date | None]
    previous_on: Mapped[date | None]
    last_on: Mapped[date]
    last_cents: Mapped[int] = mapped_column(BigInteger)
    last_instalment_on: Mapped[date | None]
    largest_cents: Mapped[int] = mapped_column(BigInteger)
    years: Mapped[int]
    run_since_year: Mapped[int]
    gifts_12m: Mapped[int]
    cents_12m: Mapped[int] = mapped_column(BigInteger)
    gifts_24m: Mapped[int]
    cents_24m: Mapped[int] = mapped_column(BigInteger)
    largest_24m_cents: Mapped[int] = mapped_column(BigInteger)
    gifts_36m: Mapped[int]
    cents_36m: Mapped[int] = mapped_column(BigInteger)
    gifts_60m: Mapped[int]
    cents_60m: Mapped[int] = mapped_column(BigInteger)


class DonorYearRow(Base):
    """What a donor gave in a calendar year, and how much of it in November and December: a fold, too."""

    __tablename__ = "donor_year"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    gifts: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    late_cents: Mapped[int] = mapped_column(BigInteger)


class DonorWindowsRow(Base):
    """The one row that says as of which day windows are counted; a gift is within where its day is after the bound.

    `counted_at` is empty until everybody has been counted.
    """

    __tablename__ = "donor_windows"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    as_of_on: Mapped[date]
    since_12m_on: Mapped[date]
    since_24m_on: Mapped[date]
    since_36m_on: Mapped[date]
    since_60m_on: Mapped[date]
    counted_at: Mapped[datetime | None]


class RfmCutRow(Base):
    """From which value on a measure earns a score, among those whom a score compares; a day counts by its ordinal."""

    __tablename__ = "rfm_cut"

    peers: Mapped[Peers] = mapped_column(Word(Peers), primary_key=True)
    measure: Mapped[Measure] = mapped_column(Word(Measure), primary_key=True)
    score: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    least: Mapped[int] = mapped_column(BigInteger)


class DonorTopRow(Base):
    """From which sum of 36 months on one is among so many percent of the top: of equal sums all are, or none."""

    __tablename__ = "donor_top"

    kind: Mapped[PersonKind] = mapped_column(Word(PersonKind), primary_key=True)
    least_cents: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    percent: Mapped[int]
