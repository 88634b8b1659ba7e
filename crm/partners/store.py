"""SQL of partners."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from crm.partners.model import NewRequest, NewToken, Request, Token
from crm.partners.tables import ApiRateRow, ApiRequestRow, ApiTokenRow
from crm.values.identifiers import AccountId, ApiTokenId, PersonId


def digest(text: str) -> str:
    """What is kept of a secret or a key."""
    return hashlib.sha256(text.encode()).hexdigest()


def add_token(
    session: Session, new: NewToken, *, prefix: str, secret: str, by: AccountId | None, at: datetime
) -> Token:
    """One more token; of its secret only the hash."""
    row = ApiTokenRow(
        name=new.name,
        prefix=prefix,
        secret_hash=digest(secret),
        scopes=new.scopes,
        origins=list(new.origins),
        created_at=at,
        created_by=by,
        expires_at=new.expires_at,
    )
    session.add(row)
    session.flush()
    return _token(row)


def tokens(session: Session) -> tuple[Token, ...]:
    """All of them, newest first."""
    return tuple(_token(row) for row in session.scalars(select(ApiTokenRow).order_by(ApiTokenRow.id.desc())))


def find_token(session: Session, token_id: int) -> Token | None:
    """That token."""
    row = session.get(ApiTokenRow, token_id)
    return None if row is None else _token(row)


def at_prefix(session: Session, prefix: str) -> tuple[Token, str] | None:
    """The token of that prefix and the hash of its secret."""
    row = session.scalar(select(ApiTokenRow).where(ApiTokenRow.prefix == prefix))
    return None if row is None else (_token(row), row.secret_hash)


def change_token(session: Session, token_id: int, **values: Any) -> None:
    """Writes columns of a token."""
    session.execute(update(ApiTokenRow).where(ApiTokenRow.id == token_id).values(**values))


def live_origins(session: Session, at: datetime) -> frozenset[str]:
    """Every site that some living token may be used from."""
    row = ApiTokenRow
    living = select(row.origins, row.expires_at).where(row.revoked_at.is_(None))
    found = [origins for origins, until in session.execute(living) if until is None or until > at]
    return frozenset(origin for origins in found for origin in origins)


def count(session: Session, names: Sequence[str], window_at: datetime) -> dict[str, int]:
    """Counts one more under each name, and says the counts; one statement."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    rows = [{"name": name, "window_at": window_at, "count": 1} for name in sorted(names)]
    statement = (
        dialect.insert(ApiRateRow)
        .values(rows)
        .on_conflict_do_update(index_elements=["name", "window_at"], set_={"count": ApiRateRow.count + 1})
        .returning(ApiRateRow.name, ApiRateRow.count.label("count_"))
    )
    return {row.name: row.count_ for row in session.execute(statement)}


def by_key(session: Session, token_id: int, key: str) -> Request | None:
    """What that token handed in under that key."""
    row = session.scalar(
        select(ApiRequestRow).where(ApiRequestRow.token_id == token_id, ApiRequestRow.key_hash == digest(key))
    )
    return None if row is None else _request(row)


def by_reference(session: Session, token_id: int, reference: str) -> Request | None:
    """What that token handed in under that reference."""
    row = session.scalar(
        select(ApiRequestRow).where(ApiRequestRow.token_id == token_id, ApiRequestRow.reference == reference)
    )
    return None if row is None else _request(row)


def add_request(session: Session, new: NewRequest, *, reference: str, at: datetime) -> Request:
    """One more request."""
    row = ApiRequestRow(
        token_id=new.token_id,
        reference=reference,
        key_hash=digest(new.key) if new.key else None,
        body_digest=new.body_digest,
        kind=new.kind,
        person_id=new.person_id,
        facts=dict(new.facts),
        taken_at=at,
    )
    session.add(row)
    session.flush()
    return _request(row)


def prune(session: Session, *, rates_before: datetime, keys_before: datetime, requests_before: datetime) -> int:
    """Forgets old counts, keys and requests, set-wise; how many requests went."""
    session.execute(delete(ApiRateRow).where(ApiRateRow.window_at < rates_before))
    old_keys = update(ApiRequestRow).where(ApiRequestRow.taken_at < keys_before, ApiRequestRow.key_hash.is_not(None))
    session.execute(old_keys.values(key_hash=None).execution_options(synchronize_session=False))
    gone = delete(ApiRequestRow).where(ApiRequestRow.taken_at < requests_before).returning(ApiRequestRow.id)
    return len(session.scalars(gone.execution_options(synchronize_session=False)).all())


def _token(row: ApiTokenRow) -> Token:
    return Token(
        id=ApiTokenId(row.id),
        name=row.name,
        prefix=row.prefix,
        scopes=row.scopes,
        origins=tuple(row.origins),
        created_at=row.created_at,
        created_by=None if row.created_by is None else AccountId(row.created_by),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )


def _request(row: ApiRequestRow) -> Request:
    return Request(
        reference=row.reference,
        token_id=ApiTokenId(row.token_id),
        kind=row.kind,
        body_digest=row.body_digest,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        facts=row.facts,
        taken_at=row.taken_at,
    )
