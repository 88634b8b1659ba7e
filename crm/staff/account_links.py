"""The door of links by mail: invite a colleague, choose a password once, or a new one when it is forgotten."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import AddressHasher, LinkSigner, Sealer, TokenPurpose
from crm.staff import link_store, rules, store, trail
from crm.staff.errors import AccountExists, AlreadyJoined, NoRole, NoSuchAccount
from crm.staff.model import Account, AccountLink, LinkKind, Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from crm.values.languages import Language


def invite(
    session: Session,
    sealer: Sealer,
    *,
    email: str,
    name: str,
    roles: Collection[Role],
    language: Language,
    by: AccountId | None,
    at: datetime,
) -> AccountLink:
    """A new account without a password, and the link by which its owner chooses one.

    Raises `Invalid` for an address that is not one, `NoRole`, `AccountExists`.
    """
    address = EmailAddress.parse(email)
    if not roles:
        raise NoRole
    if store.find_by_email(session, address.normal):
        raise AccountExists
    made = store.add_account(
        session,
        email=address.normal,
        name=" ".join(name.split())[:200] or address.text.partition("@")[0],
        roles=roles,
        language=language,
        password_hash="",
        at=at,
    )
    trail.note(session, sealer, "invite", made.id, by=by, at=at, facts={"roles": sorted(made.roles)})
    return link_store.add(session, made, LinkKind.INVITATION, at=at, expires_at=at + rules.INVITATION_LASTS)


def invite_again(
    session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime
) -> AccountLink:
    """A new link in place of the old one. Raises `AlreadyJoined`, `NoSuchAccount`."""
    found = _invited(session, account_id)
    link_store.withdraw(session, account_id, at)
    trail.note(session, sealer, "invite-again", account_id, by=by, at=at)
    return link_store.add(session, found, LinkKind.INVITATION, at=at, expires_at=at + rules.INVITATION_LASTS)


def withdraw_invitation(
    session: Session, sealer: Sealer, account_id: AccountId, *, by: AccountId | None, at: datetime
) -> None:
    """The link is worthless and nothing is kept of the person, who never used the account.

    Raises `AlreadyJoined`, `NoSuchAccount`.
    """
    _invited(session, account_id)
    link_store.remove(session, account_id)
    store.blank_account(session, account_id)
    trail.note(session, sealer, "withdraw-invitation", account_id, by=by, at=at)


def invitations(session: Session) -> dict[AccountId, AccountLink]:
    """The newest invitation of each account."""
    return link_store.newest(session, LinkKind.INVITATION)


def ask_reset(
    session: Session, addresses: AddressHasher, *, email: str, origin: str, at: datetime
) -> AccountLink | None:
    """A link for whoever forgot their password; None where there is nobody to write to, or enough was written.

    The asker must not learn which: the caller answers the same, at an even pace.
    """
    typed = email.strip().casefold()[:320]
    found = store.find_by_email(session, typed, lock=True)
    limits = [(f"letter {typed}", rules.LETTERS)]
    limits += [(f"letters from {origin}", rules.LETTERS_FROM)] if origin else []
    is_throttled = False
    for words, most in limits:
        key = addresses.key_of(words)
        is_throttled |= rules.is_throttled(store.recent_failures(session, key, at - rules.LETTERS_WINDOW), most=most)
        store.add_attempt(session, key, at)
    if found is None or is_throttled or not found[0].is_active or found[0].joined_at is None:
        return None
    return link_store.add(session, found[0], LinkKind.RESET, at=at, expires_at=at + rules.RESET_LASTS)


def token_of(links: LinkSigner, link: AccountLink) -> str:
    """What stands in the link, and only we can have signed: its number and its moment, for numbers may come again."""
    return links.sign(TokenPurpose.ACCOUNT, [link.id, link.account.id, link.created_at.isoformat()])


def open_link(session: Session, links: LinkSigner, token: str, at: datetime) -> AccountLink | None:
    """The link of a token where it may still be used, else None. Changes nothing."""
    return _find(session, links, token, at)


def choose_password(
    session: Session, links: LinkSigner, sealer: Sealer, token: str, *, new_hash: str, at: datetime
) -> Account | None:
    """Sets a password made by `service.password_hash`, once; None where the link is not good any more.

    All sessions end, and every other link of the account with them.
    """
    link = _find(session, links, token, at, lock=True)
    if link is None:
        return None
    account_id = link.account.id
    link_store.use(session, link.id, at)
    link_store.withdraw(session, account_id, at)
    store.change_password(session, account_id, new_hash, at)
    store.end_sessions(session, at, account_id=account_id)
    has_joined = link.kind is LinkKind.INVITATION
    trail.note(session, sealer, "join" if has_joined else "reset-password", account_id, by=account_id, at=at)
    return store.find_account(session, account_id)


def _find(session: Session, links: LinkSigner, token: str, at: datetime, *, lock: bool = False) -> AccountLink | None:
    match links.read(TokenPurpose.ACCOUNT, token):
        case [int(link_id), int(account_id), str(created_at)]:
            link = link_store.find(session, link_id, lock=lock)
        case _:
            return None
    is_good = (
        link is not None
        and (link.account.id, link.created_at.isoformat()) == (account_id, created_at)
        and rules.is_open(link, at)
    )
    return link if is_good else None


def _invited(session: Session, account_id: AccountId) -> Account:
    found = store.find_account(session, account_id)
    if found is None:
        raise NoSuchAccount
    if found.joined_at is not None:
        raise AlreadyJoined
    return found
