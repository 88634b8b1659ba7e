"""Rows of visits; both kinds are deleted two days after they are over."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId


class VisitLinkRow(Base):
    __tablename__ = "visit_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    address_key: Mapped[str] = mapped_column(AddressKey(80), index=True)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    misses: Mapped[int]
    used_at: Mapped[datetime | None]


class VisitRow(Base):
    """`person_id` is a plain number: the room of people stands above this one, and follows merges itself."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    csrf: Mapped[str] = mapped_column(String(64))
    person_id: Mapped[int] = mapped_column(BigId, index=True)
    address_key: Mapped[str] = mapped_column(AddressKey(80))
    created_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
