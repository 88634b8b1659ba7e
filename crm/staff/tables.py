"""Rows of staff. Passwords are argon2id hashes; session tokens and recovery codes are stored hashed."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from crm.foundation.columns import AddressKey, Base, BigId, Word, Words
from crm.staff.model import Awaited, LinkKind, Role
from crm.values.languages import Language


class AccountRow(Base):
    __tablename__ = "account"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email: Mapped[str] = mapped_column(String(320), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    roles: Mapped[frozenset[Role]] = mapped_column(Words(Role))
    language: Mapped[Language] = mapped_column(Word(Language))
    password_hash: Mapped[str] = mapped_column(String(200))
    is_active: Mapped[bool]
    created_at: Mapped[datetime]
    joined_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)


class StaffSessionRow(Base):
    """A session that `awaits` something opens nothing yet. One of an earlier `epoch` opens nothing any more."""

    __tablename__ = "staff_session"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    csrf: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    epoch: Mapped[int] = mapped_column(default=0)
    proved_at: Mapped[datetime | None]
    awaits: Mapped[Awaited | None] = mapped_column(Word(Awaited))
    device: Mapped[str] = mapped_column(String(80), default="")
    origin: Mapped[str] = mapped_column(String(45), default="")


class SignInAttemptRow(Base):
    """Failed and good tries, by keyed hash of what was typed or where it came from: nothing to leak."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index("ix_sign_in_attempt_recent", "email_key", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    email_key: Mapped[str] = mapped_column(AddressKey(80))
    succeeded: Mapped[bool]
    at: Mapped[datetime]


class AppSecretRow(Base):
    """What an authenticator app shares with us, encrypted. `last_step`: codes up to that half minute are spent."""

    __tablename__ = "app_secret"

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), primary_key=True, autoincrement=False)
    secret: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigId)
    created_at: Mapped[datetime]


class RecoveryCodeRow(Base):
    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class PasskeyRow(Base):
    """Binary values as unpadded base64url, which is how browsers write them."""

    __tablename__ = "passkey"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    credential_id: Mapped[str] = mapped_column(String(1400), unique=True)
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigId)
    name: Mapped[str] = mapped_column(String(80))
    is_synced: Mapped[bool]
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]


class SpentChallengeRow(Base):
    """Challenges that were answered: an answer overheard is worth nothing."""

    __tablename__ = "spent_challenge"

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    spent_at: Mapped[datetime] = mapped_column(index=True)


class AccountLinkRow(Base):
    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[LinkKind] = mapped_column(Word(LinkKind))
    epoch: Mapped[int]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    withdrawn_at: Mapped[datetime | None]
