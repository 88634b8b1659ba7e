"""The door of passkeys: make one, sign in with one, show again with one who one is.

A challenge is drawn for each page and signed with what it is for; it is spent by a true answer, so that nothing has to
be stored for pages nobody answers.
"""

from __future__ import annotations

import base64
import hashlib
import ipaddress
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy.orm import Session

from crm.foundation.signing import LinkSigner, Sealer, TokenPurpose
from crm.staff import factor_store, factors, rules, store, trail, webauthn_checks
from crm.staff.errors import NoSuchPasskey
from crm.staff.model import Account, Passkey, Role


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """Whom passkeys are made for: a host name, its origin, and the name people know."""

    host: str
    origin: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What a page asks a browser: the options as JSON, and the signed challenge that comes back with the answer."""

    options: str
    challenge: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """What came back: the browser's answer, the challenge it answers, and the session of the page that asked."""

    text: str
    challenge: str
    bound_to: str


def site_of(public_url: str, name: str) -> Site:
    """The site at that address. Browsers make no passkeys for bare numbers: 127.0.0.1 is called localhost."""
    parts = urlsplit(public_url)
    host = parts.hostname or ""
    try:
        if ipaddress.ip_address(host).is_loopback:
            host = "localhost"
    except ValueError:
        pass
    port = f":{parts.port}" if parts.port else ""
    return Site(host=host, origin=f"{parts.scheme}://{host}{port}", name=name)


def ask_to_make(
    links: LinkSigner, site: Site, account: Account, known: Sequence[Passkey], *, bound_to: str, at: datetime
) -> Question:
    """A page's request for a new passkey. `bound_to` is the session of the page."""
    challenge = secrets.token_bytes(32)
    options = webauthn_checks.creation_options(
        rp_id=site.host,
        rp_name=site.name,
        handle=links.short_mark(TokenPurpose.PASSKEY, str(account.id)).encode(),
        email=account.email,
        name=account.name,
        challenge=challenge,
        known=[passkey.credential_id for passkey in known],
    )
    return Question(options=options, challenge=_signed(links, "make", challenge, bound_to, at))


def make(
    session: Session,
    links: LinkSigner,
    sealer: Sealer,
    site: Site,
    account: Account,
    *,
    answer: Answer,
    name: str,
    at: datetime,
) -> Passkey | None:
    """Takes a passkey that was made for the question of that session; None where the answer is not true."""
    drawn = _read(links, "make", answer, at)
    made = webauthn_checks.created(answer.text, challenge=drawn, rp_id=site.host, origin=site.origin) if drawn else None
    if made is None or drawn is None or not _spend(session, drawn, at):
        return None
    if factor_store.find_passkey(session, made.credential_id) is not None:
        return None
    kept = factor_store.add_passkey(
        session,
        Passkey(
            id=0,
            account_id=account.id,
            credential_id=made.credential_id,
            public_key=made.public_key,
            sign_count=made.sign_count,
            name=" ".join(name.split())[:80],
            is_synced=made.is_synced,
            created_at=at,
            last_used_at=None,
        ),
    )
    trail.note(session, sealer, "add-passkey", account.id, by=account.id, at=at, facts={"passkey": kept.id})
    return kept


def ask_to_show(
    links: LinkSigner, site: Site, known: Sequence[Passkey], *, bound_to: str, at: datetime, asks_owner: bool = False
) -> Question:
    """A page's request to show a passkey: one of `known`, or any where none is named (signing in by it alone)."""
    challenge = secrets.token_bytes(32)
    options = webauthn_checks.request_options(
        rp_id=site.host,
        challenge=challenge,
        known=[passkey.credential_id for passkey in known],
        asks_owner=asks_owner,
    )
    return Question(options=options, challenge=_signed(links, "show", challenge, bound_to, at))


def recognise(
    session: Session,
    links: LinkSigner,
    site: Site,
    *,
    answer: Answer,
    at: datetime,
    asks_owner: bool = False,
) -> Account | None:
    """The active account whose passkey answered the question of that session; None for every other answer."""
    drawn = _read(links, "show", answer, at)
    passkey = factor_store.find_passkey(session, webauthn_checks.named(answer.text))
    if drawn is None or passkey is None:
        return None
    count = webauthn_checks.answered(
        answer.text,
        challenge=drawn,
        rp_id=site.host,
        origin=site.origin,
        public_key=passkey.public_key,
        sign_count=passkey.sign_count,
        asks_owner=asks_owner,
    )
    found = store.find_account(session, passkey.account_id)
    if count is None or found is None or not found.is_active or not _spend(session, drawn, at):
        return None
    factor_store.use_passkey(session, passkey.id, sign_count=count, at=at)
    return found


def remove(
    session: Session,
    sealer: Sealer,
    account: Account,
    passkey_id: int,
    *,
    required: Collection[Role],
    at: datetime,
) -> None:
    """Forgets a passkey of an account. Raises `NoSuchPasskey`, `FactorNeeded`."""
    if not factor_store.remove_passkeys(session, account.id, passkey_id=passkey_id):
        raise NoSuchPasskey
    factors.keep_one(session, account, required)
    trail.note(session, sealer, "remove-passkey", account.id, by=account.id, at=at, facts={"passkey": passkey_id})


def _signed(links: LinkSigner, kind: str, challenge: bytes, bound_to: str, at: datetime) -> str:
    drawn = base64.b64encode(challenge).decode()
    return links.sign(TokenPurpose.PASSKEY, [kind, drawn, bound_to, int(at.timestamp())])


def _read(links: LinkSigner, kind: str, answer: Answer, at: datetime) -> bytes | None:
    match links.read(TokenPurpose.PASSKEY, answer.challenge):
        case [str(named), str(drawn), str(bound), int(asked_at)] if (named, bound) == (kind, answer.bound_to):
            is_young = 0 <= at.timestamp() - asked_at + 1 <= rules.CHALLENGE_LASTS.total_seconds()
            return base64.b64decode(drawn) if is_young else None
    return None


def _spend(session: Session, challenge: bytes, at: datetime) -> bool:
    return factor_store.spend_challenge(session, hashlib.sha256(challenge).hexdigest(), at)
