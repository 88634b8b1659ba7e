"""SQL of staff: accounts, sessions and tries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from crm.staff.model import Account, Awaited, Role, StaffSession, Visit
from crm.staff.tables import AccountRow, SignInAttemptRow, StaffSessionRow
from crm.values.identifiers import AccountId
from crm.values.languages import Language

_BLANK = "blank "
"""What stands for the address of an account that was withdrawn; no address begins so."""


def add_account(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    language: Language,
    password_hash: str,
    at: datetime,
    joined_at: datetime | None = None,
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
        joined_at=joined_at,
        epoch=0,
    )
    session.add(row)
    session.flush()
    return noun(row)


def accounts(session: Session) -> tuple[Account, ...]:
    """Every account, by name."""
    query = select(AccountRow).where(AccountRow.email.not_like(f"{_BLANK}%"))
    return tuple(noun(row) for row in session.scalars(query.order_by(AccountRow.name, AccountRow.id)))


def find_account(session: Session, account_id: AccountId) -> Account | None:
    """The account of that id."""
    row = session.get(AccountRow, account_id, populate_existing=True)
    return noun(row) if row and not row.email.startswith(_BLANK) else None


def find_by_email(session: Session, email: str, *, lock: bool = False) -> tuple[Account, str] | None:
    """The account at an address in its normal form and its password's hash; locked until the transaction ends."""
    query = select(AccountRow).where(AccountRow.email == email).execution_options(populate_existing=True)
    row = session.scalar(query.with_for_update() if lock else query)
    return (noun(row), row.password_hash) if row else None


def change_account(session: Session, account_id: AccountId, **changes: Any) -> None:
    """Writes the named columns of one account."""
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(**changes))


def change_password(session: Session, account_id: AccountId, password_hash: str, at: datetime) -> None:
    """A new password: a new epoch begins. Whoever was invited has joined by it."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id)
        .values(
            password_hash=password_hash,
            epoch=AccountRow.epoch + 1,
            joined_at=func.coalesce(AccountRow.joined_at, at),
        )
    )


def blank_account(session: Session, account_id: AccountId) -> None:
    """Forgets who an account was for. Its number stays taken, so that the trail never speaks of somebody else."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account_id)
        .values(email=f"{_BLANK}{account_id}", name="", roles=frozenset(), password_hash="", is_active=False)
    )


def recent_failures(session: Session, key: str, since: datetime) -> int:
    """Wrong tries under a key since then, or since its last good one."""
    last_good = (
        select(func.max(SignInAttemptRow.id))
        .where(SignInAttemptRow.email_key == key, SignInAttemptRow.succeeded)
        .scalar_subquery()
    )
    return (
        session.scalar(
            select(func.count())
            .select_from(SignInAttemptRow)
            .where(
                SignInAttemptRow.email_key == key,
                SignInAttemptRow.at >= since,
                SignInAttemptRow.id > func.coalesce(last_good, 0),
            )
        )
        or 0
    )


def add_attempt(session: Session, key: str, at: datetime) -> int:
    """A try, wrong until proved right."""
    row = SignInAttemptRow(email_key=key, succeeded=False, at=at)
    session.add(row)
    session.flush()
    return row.id


def mark_succeeded(session: Session, attempt_ids: Sequence[int]) -> None:
    """Those tries were right."""
    session.execute(update(SignInAttemptRow).where(SignInAttemptRow.id.in_(attempt_ids)).values(succeeded=True))


def add_session(
    session: Session,
    account: Account,
    *,
    token_hash: str,
    csrf: str,
    at: datetime,
    awaits: Awaited | None,
    visit: Visit,
) -> int:
    """A new session of an account."""
    row = StaffSessionRow(
        token_hash=token_hash,
        account_id=account.id,
        csrf=csrf,
        created_at=at,
        last_seen_at=at,
        ended_at=None,
        epoch=account.epoch,
        proved_at=at,
        awaits=awaits,
        device=visit.device,
        origin=visit.origin,
    )
    session.add(row)
    session.flush()
    return row.id


def find_session(session: Session, token_hash: str) -> StaffSession | None:
    """The session of a token that has not been ended, if its account is active and still in that epoch."""
    found = session.execute(_living().where(StaffSessionRow.token_hash == token_hash)).one_or_none()
    return _session(*found) if found else None


def sessions_of(session: Session, account_id: AccountId) -> tuple[StaffSession, ...]:
    """The sessions of an account that nobody ended, the one used last first."""
    query = _living().where(StaffSessionRow.account_id == account_id, StaffSessionRow.awaits.is_(None))
    return tuple(_session(*found) for found in session.execute(query.order_by(StaffSessionRow.last_seen_at.desc())))


def last_seen(session: Session) -> dict[AccountId, datetime]:
    """When each account was at work last."""
    query = select(StaffSessionRow.account_id, func.max(StaffSessionRow.last_seen_at))
    query = query.where(StaffSessionRow.awaits.is_(None)).group_by(StaffSessionRow.account_id)
    return {AccountId(account_id): at for account_id, at in session.execute(query)}


def touch_session(session: Session, session_id: int, at: datetime) -> None:
    """The session was seen."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(last_seen_at=at))


def prove_session(session: Session, session_id: int, at: datetime) -> None:
    """The person showed again who they are."""
    session.execute(update(StaffSessionRow).where(StaffSessionRow.id == session_id).values(proved_at=at))


def end_sessions(
    session: Session,
    at: datetime,
    *,
    session_id: int | None = None,
    account_id: AccountId | None = None,
    but: int | None = None,
) -> int:
    """Ends one session, or all of an account (`but` one); says how many."""
    query = update(StaffSessionRow).where(StaffSessionRow.ended_at.is_(None)).values(ended_at=at)
    if session_id is not None:
        query = query.where(StaffSessionRow.id == session_id)
    if account_id is not None:
        query = query.where(StaffSessionRow.account_id == account_id)
    if but is not None:
        query = query.where(StaffSessionRow.id != but)
    return len(session.execute(query.returning(StaffSessionRow.id)).all())


def forget(session: Session, *, attempts_before: datetime, sessions_before: datetime) -> int:
    """Takes out old tries, and sessions nobody used since; says how many rows."""
    tries = delete(SignInAttemptRow).where(SignInAttemptRow.at < attempts_before).returning(SignInAttemptRow.id)
    old = delete(StaffSessionRow).where(StaffSessionRow.last_seen_at < sessions_before).returning(StaffSessionRow.id)
    return sum(len(session.execute(query).all()) for query in (tries, old))


def _living() -> Any:
    return (
        select(StaffSessionRow, AccountRow)
        .join(AccountRow, AccountRow.id == StaffSessionRow.account_id)
        .where(StaffSessionRow.ended_at.is_(None), AccountRow.is_active, StaffSessionRow.epoch == AccountRow.epoch)
    )


def _session(row: StaffSessionRow, account: AccountRow) -> StaffSession:
    return StaffSession(
        id=row.id,
        account=noun(account),
        csrf=row.csrf,
        created_at=row.created_at,
        last_seen_at=row.last_seen_at,
        proved_at=row.proved_at or row.created_at,
        awaits=row.awaits,
        visit=Visit(device=row.device, origin=row.origin),
    )


def noun(row: AccountRow) -> Account:
    """A row as a noun."""
    return Account(
        id=AccountId(row.id),
        email=row.email,
        name=row.name,
        roles=row.roles,
        language=row.language,
        is_active=row.is_active,
        created_at=row.created_at,
        joined_at=row.joined_at,
        epoch=row.epoch,
    )
