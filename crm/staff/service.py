"""The door of staff: accounts, signing in and out.

Signing in takes three steps, because a password takes some 50 ms to check and no transaction is open meanwhile:
`begin` counts the try, `is_right` looks at the password, `conclude` opens the session.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher, Sealer
from crm.staff import factor_store, factors, link_store, passwords, rules, sessions, store, trail
from crm.staff.errors import AccountExists, LastAdministrator, NoRole, NoSuchAccount, WeakPassword
from crm.staff.model import Account, Attempt, Role, SignedIn, Visit
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from crm.values.languages import Language


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
        joined_at=at,
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


def begin(session: Session, *, email: str, at: datetime, addresses: AddressHasher, origin: str = "") -> Attempt:
    """Counts a try, before anything is compared: tries made at the same moment cannot slip past the limit.

    Tries are counted by address and, where the network address is known, by that too.
    """
    typed = email.strip().casefold()[:320]
    found = store.find_by_email(session, typed, lock=True)
    limits = [(typed, rules.FAILURES)] + ([(f"sign-in from {origin}", rules.ORIGIN_FAILURES)] if origin else [])
    throttled, attempts = False, []
    for words, most in limits:
        key = addresses.key_of(words)
        throttled |= rules.is_throttled(store.recent_failures(session, key, at - rules.WINDOW), most=most)
        attempts.append(store.add_attempt(session, key, at))
    if found is None or throttled or not found[0].is_active or found[0].joined_at is None:
        return Attempt(ids=tuple(attempts), account_id=None, password_hash="")
    return Attempt(ids=tuple(attempts), account_id=found[0].id, password_hash=found[1])


def is_right(attempt: Attempt, password: str) -> bool:
    """True where that is the password of the account tried. Takes as long where there is no such account."""
    return passwords.matches(attempt.password_hash or passwords.nobody(), password)


def conclude(
    session: Session,
    sealer: Sealer,
    attempt: Attempt,
    *,
    is_right: bool,
    at: datetime,
    required: Collection[Role] = (),
    visit: Visit = sessions.NOWHERE,
) -> SignedIn | None:
    """A new session where the password was right, else None: one answer for every reason.

    The session `awaits` a second factor where the account has one, or its setting up where a role is `required` to.
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
    store.mark_succeeded(session, attempt.ids)
    return enter(session, sealer, found, by="password", at=at, required=required, visit=visit)


def enter(
    session: Session,
    sealer: Sealer,
    found: Account,
    *,
    by: str,
    at: datetime,
    required: Collection[Role] = (),
    visit: Visit = sessions.NOWHERE,
) -> SignedIn:
    """A session for somebody who has shown a password (or chose one by a link): whole, or at the threshold."""
    awaits = rules.awaited(found.roles, factors.factors_of(session, found.id), required=required)
    if awaits is None:
        trail.note(session, sealer, "sign-in", found.id, by=found.id, at=at, facts={"by": by})
    return sessions.open_session(session, found, at=at, awaits=awaits, visit=visit)


def enter_by_passkey(
    session: Session, sealer: Sealer, found: Account, *, at: datetime, visit: Visit = sessions.NOWHERE
) -> SignedIn:
    """A whole session: the device made sure of its owner, and has the key."""
    trail.note(session, sealer, "sign-in", found.id, by=found.id, at=at, facts={"by": "passkey"})
    return sessions.open_session(session, found, at=at, visit=visit)


def succeeded(session: Session, attempt: Attempt) -> None:
    """A try that was right without opening a session."""
    store.mark_succeeded(session, attempt.ids)


def last_seen(session: Session) -> dict[AccountId, datetime]:
    """When each account was at work last."""
    return store.last_seen(session)


def reopen(session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime) -> None:
    """Opens a closed account again, with the password and the factors it had."""
    account(session, account_id)
    store.change_account(session, account_id, is_active=True)
    trail.note(session, sealer, "reopen", account_id, by=by, at=at)


def forget_old(session: Session, at: datetime) -> int:
    """Takes out what is of no use any more: old tries, sessions, challenges and links; says how many rows."""
    return (
        store.forget(session, attempts_before=at - rules.TRIES_KEPT, sessions_before=at - rules.SESSIONS_KEPT)
        + factor_store.forget_challenges(session, at - 2 * rules.CHALLENGE_LASTS)
        + link_store.forget(session, at - rules.TRIES_KEPT)
    )


def disable(session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime) -> None:
    """Closes an account and ends all its sessions. Raises `LastAdministrator`."""
    _keep_an_administrator(session, account(session, account_id), ())
    store.change_account(session, account_id, is_active=False)
    store.end_sessions(session, at, account_id=account_id)
    trail.note(session, sealer, "disable", account_id, by=by, at=at)


def change_password(
    session: Session, sealer: Sealer, account_id: AccountId, *, new_hash: str, by: AccountId | None, at: datetime
) -> None:
    """Sets a password made by `password_hash` and ends all sessions of the account."""
    account(session, account_id)
    store.change_password(session, account_id, new_hash, at)
    store.end_sessions(session, at, account_id=account_id)
    trail.note(session, sealer, "password", account_id, by=by, at=at)


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
        trail.note(session, sealer, "roles", account_id, by=by, at=at, facts=facts)
    return account(session, account_id)


def _keep_an_administrator(session: Session, changing: Account, roles: Collection[Role]) -> None:
    """Holds the house, so that two people who take each other's role away do not both succeed."""
    hold(session, "staff administrators")
    if Role.ADMINISTRATOR in roles or Role.ADMINISTRATOR not in changing.roles:
        return
    if not any(
        other.id != changing.id and other.is_active and other.joined_at and Role.ADMINISTRATOR in other.roles
        for other in store.accounts(session)
    ):
        raise LastAdministrator


def change_language(session: Session, account_id: AccountId, language: Language) -> None:
    """The language this person's office speaks."""
    store.change_account(session, account_id, language=language)
