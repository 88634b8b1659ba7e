"""The door of staff: accounts, signing in and out.

Signing in takes three steps, because a password takes some 50 ms to check and no transaction is open meanwhile:
`begin` counts the try, `is_right` looks at the password, `conclude` opens the session.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher, Sealer
from crm.staff import passwords, rules, store
from crm.staff.errors import AccountExists, LastAdministrator, NoRole, NoSuchAccount, WeakPassword
from crm.staff.model import Account, Attempt, Role, SessionLimits, SignedIn, StaffSession
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from crm.values.languages import Language

LIMITS = SessionLimits()


def password_hash(password: str, *, email: str) -> str:
    """The hash to store. Raises `WeakPassword`. Slow on purpose: call it before the transaction opens."""
    weakness = rules.weakness(password, email=email)
    if weakness:
        raise WeakPassword(weakness)
    return passwords.hashed(password)


def add_account(
    session: Session,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    language: Language,
    password: str,
    at: datetime,
) -> Account:
    """A new account. Raises `Invalid` for an address that is not one, `WeakPassword`, `AccountExists`."""
    address = EmailAddress.parse(email)
    if store.find_by_email(session, address.normal):
        raise AccountExists
    return store.add_account(
        session,
        email=address.normal,
        name=name.strip() or address.text.partition("@")[0],
        roles=roles,
        language=language,
        password_hash=password_hash(password, email=address.normal),
        at=at,
    )


def account(session: Session, account_id: AccountId) -> Account:
    """The account of that id. Raises `NoSuchAccount`."""
    found = store.find_account(session, account_id)
    if found is None:
        raise NoSuchAccount
    return found


def accounts(session: Session) -> tuple[Account, ...]:
    """Every account, by name."""
    return store.accounts(session)


def account_at(session: Session, email: str) -> Account:
    """The account at an address. Raises `NoSuchAccount`."""
    found = store.find_by_email(session, EmailAddress.parse(email).normal)
    if found is None:
        raise NoSuchAccount
    return found[0]


def begin(session: Session, *, email: str, at: datetime, addresses: AddressHasher) -> Attempt:
    """Counts a try, before anything is compared: tries made at the same moment cannot slip past the limit."""
    typed = email.strip().casefold()[:320]
    found = store.find_by_email(session, typed, lock=True)
    key = addresses.key_of(typed)
    throttled = rules.is_throttled(store.recent_failures(session, key, at - rules.WINDOW))
    attempt_id = store.add_attempt(session, key, at)
    if found is None or throttled or not found[0].is_active:
        return Attempt(id=attempt_id, account_id=None, password_hash="")
    return Attempt(id=attempt_id, account_id=found[0].id, password_hash=found[1])


def is_right(attempt: Attempt, password: str) -> bool:
    """True where that is the password of the account tried. Takes as long where there is no such account."""
    return passwords.matches(attempt.password_hash or passwords.nobody(), password)


def conclude(session: Session, sealer: Sealer, attempt: Attempt, *, is_right: bool, at: datetime) -> SignedIn | None:
    """A new session where the password was right, else None: one answer for every reason.

    The account is looked at again: it may have been disabled, or its password changed, since `begin`.
    """
    if attempt.account_id is None or not is_right:
        return None
    found = store.find_account(session, attempt.account_id)
    if found is None or not found.is_active:
        return None
    again = store.find_by_email(session, found.email)
    if again is None or not secrets.compare_digest(again[1], attempt.password_hash):
        return None
    store.mark_succeeded(session, attempt.id)
    signed_in = open_session(session, found, at=at)
    _note(session, sealer, "sign-in", found.id, by=found.id, at=at)
    return signed_in


def succeeded(session: Session, attempt: Attempt) -> None:
    """A try that was right without opening a session."""
    store.mark_succeeded(session, attempt.id)


def open_session(session: Session, found: Account, *, at: datetime) -> SignedIn:
    """A session for an account that has proved who it is. Its token is new: one that was planted is worthless."""
    token, csrf = secrets.token_urlsafe(32), secrets.token_hex(32)
    session_id = store.add_session(session, found.id, token_hash=_hash(token), csrf=csrf, at=at)
    return SignedIn(
        token=token,
        session=StaffSession(id=session_id, account=found, csrf=csrf, created_at=at, last_seen_at=at),
    )


def session_of(session: Session, token: str, at: datetime, *, limits: SessionLimits = LIMITS) -> StaffSession | None:
    """The living session of a token, or None."""
    found = store.find_session(session, _hash(token))
    if found is None or rules.is_over(
        created_at=found.created_at, last_seen_at=found.last_seen_at, at=at, limits=limits
    ):
        return None
    return found


def touch(session: Session, session_id: int, at: datetime) -> None:
    """The session was used; its idle time starts again."""
    store.touch_session(session, session_id, at)


def sign_out(session: Session, session_id: int, at: datetime) -> None:
    """Ends a session for good: its token opens nothing any more."""
    store.end_sessions(session, at, session_id=session_id)


def disable(session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime) -> None:
    """Closes an account and ends all its sessions. Raises `LastAdministrator`."""
    _keep_an_administrator(session, account(session, account_id), ())
    store.change_account(session, account_id, is_active=False)
    store.end_sessions(session, at, account_id=account_id)
    _note(session, sealer, "disable", account_id, by=by, at=at)


def change_password(
    session: Session, sealer: Sealer, account_id: AccountId, *, new_hash: str, by: AccountId | None, at: datetime
) -> None:
    """Sets a password made by `password_hash` and ends all sessions of the account."""
    account(session, account_id)
    store.change_account(session, account_id, password_hash=new_hash)
    store.end_sessions(session, at, account_id=account_id)
    _note(session, sealer, "password", account_id, by=by, at=at)


def change_roles(
    session: Session,
    sealer: Sealer,
    account_id: AccountId,
    *,
    roles: Collection[Role],
    by: AccountId | None,
    at: datetime,
) -> Account:
    """Gives an account exactly these roles, from its next page on. Raises `NoRole`, `LastAdministrator`."""
    before = account(session, account_id)
    if not roles:
        raise NoRole
    if frozenset(roles) != before.roles:
        _keep_an_administrator(session, before, roles)
        store.change_account(session, account_id, roles=frozenset(roles))
        facts = {"before": sorted(before.roles), "after": sorted(roles)}
        _note(session, sealer, "roles", account_id, by=by, at=at, facts=facts)
    return account(session, account_id)


def _keep_an_administrator(session: Session, changing: Account, roles: Collection[Role]) -> None:
    """Holds the house, so that two people who take each other's role away do not both succeed."""
    hold(session, "staff administrators")
    if Role.ADMINISTRATOR in roles or Role.ADMINISTRATOR not in changing.roles:
        return
    if not any(
        other.id != changing.id and other.is_active and Role.ADMINISTRATOR in other.roles
        for other in store.accounts(session)
    ):
        raise LastAdministrator


def change_language(session: Session, account_id: AccountId, language: Language) -> None:
    """The language this person's office speaks."""
    store.change_account(session, account_id, language=language)


def _note(
    session: Session,
    sealer: Sealer,
    action: str,
    account_id: AccountId,
    *,
    by: AccountId | None,
    at: datetime,
    facts: Mapping[str, Any] = audit.NO_FACTS,
) -> None:
    audit.record(
        session,
        sealer,
        at=at,
        account_id=by,
        action=f"staff.{action}",
        subject="account",
        subject_id=account_id,
        facts=facts,
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
