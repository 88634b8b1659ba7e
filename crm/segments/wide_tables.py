"""Rows that let many people be counted at once: what is known of each on a day, and whose may have changed since."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import BigInteger, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId

WATCHED = {
    "person": "id",
    "postal_address": "person_id",
    "contact_point": "person_id",
    "donor_stats": "person_id",
    "consent_standing": "person_id",
    "population_member": "person_id",
    "pace": "person_id",
    "last_letter": "person_id",
    "person_difference": "person_id",
    "processing_restriction": "person_id",
}
"""The tables a row of `segment_wide` is made of, and the column that says whose each row is; beside them `suppression`,
which is of addresses. The database itself puts whoever's row is written there on `segment_stale`, by triggers."""


class SegmentWideRow(Base):
    """What the sources say of everybody who can be found, in one row, as of the day of `segment_wide_state`.

    Columns are named after those of the sources, an address's after `address_`. `reach` has a bit for each place of
    `segment_wide_pair`. `alone_on`: what is said of them changes within that day, or does not go into one row; they are
    asked about alone. No foreign key: nobody is kept, or in use, because they are counted here.
    """

    __tablename__ = "segment_wide"

    person_id: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    kind: Mapped[str] = mapped_column(String(40))
    organisation_kind: Mapped[str | None] = mapped_column(String(40))
    language: Mapped[str] = mapped_column(String(40))
    birth_on: Mapped[date | None]
    created_at: Mapped[datetime]
    has_address: Mapped[bool]
    address_country: Mapped[str | None] = mapped_column(String(2))
    address_postcode: Mapped[str | None] = mapped_column(String(12))
    address_language: Mapped[str | None] = mapped_column(String(40))
    address_province: Mapped[str | None] = mapped_column(String(5))
    first_on: Mapped[date | None]
    last_on: Mapped[date | None]
    gifts: Mapped[int]
    gifts_12m: Mapped[int]
    gifts_24m: Mapped[int]
    gifts_36m: Mapped[int]
    gifts_60m: Mapped[int]
    cents: Mapped[int] = mapped_column(BigInteger)
    cents_12m: Mapped[int] = mapped_column(BigInteger)
    cents_24m: Mapped[int] = mapped_column(BigInteger)
    cents_36m: Mapped[int] = mapped_column(BigInteger)
    cents_60m: Mapped[int] = mapped_column(BigInteger)
    largest_cents: Mapped[int | None] = mapped_column(BigInteger)
    reach: Mapped[int] = mapped_column(BigInteger)
    alone_on: Mapped[date | None] = mapped_column()

    __table_args__ = (
        Index(
            "ix_segment_wide_place",
            "address_province",
            "last_on",
            "cents_24m",
            "gifts_12m",
            "cents_12m",
            "reach",
            "person_id",
        ),
        Index("ix_segment_wide_last", "last_on", "cents_24m", "gifts_12m", "cents_12m", "reach", "person_id"),
        Index(
            "ix_segment_wide_alone",
            "person_id",
            sqlite_where=alone_on.is_not(None),
            postgresql_where=alone_on.is_not(None),
        ),
    )


class SegmentStaleRow(Base):
    """That something was written of somebody since their row was made. Triggers write it, whoever changes the data.

    It may say the same twice: transactions that change one person do not wait for each other here.
    """

    __tablename__ = "segment_stale"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    person_id: Mapped[int] = mapped_column(BigId, index=True)


class SegmentWideStateRow(Base):
    """As of which day all rows are and by which rules they were made; `made_at` is None while they are not whole."""

    __tablename__ = "segment_wide_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    as_of_on: Mapped[date]
    meaning: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime | None]


class SegmentWidePairRow(Base):
    """Which bit of `reach` says whether somebody may be reached for a purpose by a channel."""

    __tablename__ = "segment_wide_pair"
    __table_args__ = (UniqueConstraint("purpose", "channel"),)

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    purpose: Mapped[str] = mapped_column(String(40))
    channel: Mapped[str] = mapped_column(String(40))
