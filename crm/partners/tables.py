"""Rows of partners."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import Base, BigId, Json, KeyedJson, Word, Words
from crm.partners.model import RequestKind, Scope


class ApiTokenRow(Base):
    """`secret_hash` is of a secret with 256 bits of chance: one fast hash is enough, nobody can try them all."""

    __tablename__ = "api_token"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(100))
    prefix: Mapped[str] = mapped_column(String(12), unique=True)
    secret_hash: Mapped[str] = mapped_column(String(64))
    scopes: Mapped[frozenset[Scope]] = mapped_column(Words(Scope))
    origins: Mapped[list[Any]] = mapped_column(Json)
    created_at: Mapped[datetime]
    created_by: Mapped[int | None] = mapped_column(ForeignKey("account.id"))
    expires_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]


class ApiRequestRow(Base):
    """What a program handed in. `person_id` is a plain number: the room of people stands above this one."""

    __tablename__ = "api_request"
    __table_args__ = (UniqueConstraint("token_id", "key_hash"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_id: Mapped[int] = mapped_column(ForeignKey("api_token.id"))
    reference: Mapped[str] = mapped_column(String(40), unique=True)
    key_hash: Mapped[str | None] = mapped_column(String(64))
    body_digest: Mapped[str] = mapped_column(String(64))
    kind: Mapped[RequestKind] = mapped_column(Word(RequestKind))
    person_id: Mapped[int | None] = mapped_column(BigId, index=True)
    facts: Mapped[dict[str, Any]] = mapped_column(KeyedJson)
    taken_at: Mapped[datetime] = mapped_column(index=True)


class ApiRateRow(Base):
    """How many requests came under one name in one minute; names of addresses are keyed hashes."""

    __tablename__ = "api_rate"

    name: Mapped[str] = mapped_column(String(100), primary_key=True)
    window_at: Mapped[datetime] = mapped_column(primary_key=True)
    count: Mapped[int]
