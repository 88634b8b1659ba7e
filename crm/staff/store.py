"""SQL of staff: accounts, sessions and tries."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.staff.model import Account, Role, StaffSession
from crm.staff.tables import AccountRow, SignInAttemptRow, StaffSessionRow
from crm.values.identifiers import AccountId
from crm.values.languages import Language


def add_account(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    language: Language,
    password_hash: str,
    at: datetime,
) -> Account:
    """A new active account."""
    row = AccountRow(
        email=email,
        name=name,
        roles=frozenset(roles),
        language=language,
        password_hash=password_hash,
        is_active=True,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return _account(row)


def accounts(session: Session) -> tuple[Account, ...]:
    """Every account, by name."""
    return tuple(_account(row) for row in session.scalars(select(AccountRow).order_by(AccountRow.name, AccountRow.id)))


def find_account(session: Session, account_id: AccountId) -> Account | None:
    """The account of that id."""
    row = session.get(AccountRow, account_id)
    return _account(row) if row else None


def find_by_email(session: Session, email: str, *, lock: bool = False) -> tuple[Account, str] | None:
    """The account at an address in its normal form and its password's hash; locked until the transaction ends."""
    query = select(AccountRow).where(AccountRow.email == email)
    row = session.scalar(query.with_for_update() if lock else query)
    return (_account(row), row.password_hash) if row else None


def change_account(session: Session, account_id: AccountId, **changes: str | bool | frozenset[Role] | Language) -> None:
    """Writes the named columns of one account."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(**changes))


def recent_failures(session: Session, email_key: str, since: datetime) -> int:
    """Wrong tries on an address since then, or since its last good one."""
    last_good = (
        select(func.max(SignInAttemptRow.id))
        .where(SignInAttemptRow.email_key == email_key, SignInAttemptRow.succeeded)
        .scalar_subquery()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttemptRow)
            .where(
                SignInAttemptRow.email_key == email_key,
                SignInAttemptRow.at >= since,
                SignInAttemptRow.id > func.coalesce(last_good, 0),
            )
        )
        or 0
    )


def add_attempt(session: Session, email_key: str, at: datetime) -> int:
    """A try, wrong until proved right."""
    row = SignInAttemptRow(email_key=email_key, succeeded=False, at=at)
    session.add(row)
    session.flush()
    return row.id


def mark_succeeded(session: Session, attempt_id: int) -> None:
    """That try was right."""
    session.execute(update(SignInAttemptRow).where(SignInAttemptRow.id == attempt_id).values(succeeded=True))


def add_session(session: Session, account_id: AccountId, *, token_hash: str, csrf: str, at: datetime) -> int:
    """A new session of an account."""
    row = StaffSessionRow(
        token_hash=token_hash, account_id=account_id, csrf=csrf, created_at=at, last_seen_at=at, ended_at=None
    )
    session.add(row)
    session.flush()
    return row.id


def find_session(session: Session, token_hash: str) -> StaffSession | None:
    """The session of a token that has not been ended, if its account is active."""
    found = session.execute(
        select(StaffSessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == StaffSessionRow.account_id)
        .where(StaffSessionRow.token_hash == token_hash, StaffSessionRow.ended_at.is_(None), AccountRow.is_active)
    ).one_or_none()
    if found is None:
        return None
    row, account = found
    return StaffSession(
        id=row.id,
        account=_account(account),
        csrf=row.csrf,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
    )


def touch_session(session: Session, session_id: int, at: datetime) -> None:
    """The session was seen."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(last_seen_at=at))


def end_sessions(
    session: Session, at: datetime, *, session_id: int | None = None, account_id: AccountId | None = None
) -> None:
    """Ends one session, or all of an account."""
    query = update(StaffSessionRow).where(StaffSessionRow.ended_at.is_(None)).values(ended_at=at)
    if session_id is not None:
        query = query.where(StaffSessionRow.id == session_id)
    if account_id is not None:
        query = query.where(StaffSessionRow.account_id == account_id)
    session.execute(query)


def _account(row: AccountRow) -> Account:
    return Account(
        id=AccountId(row.id),
        email=row.email,
        name=row.name,
        roles=row.roles,
        language=row.language,
        is_active=row.is_active,
        created_at=row.created_at,
    )
