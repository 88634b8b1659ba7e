"""The door of partners: make and revoke tokens, recognise one, count requests, remember what was taken."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.foundation.database import hold
from crm.foundation.signing import Sealer
from crm.partners import rules, store
from crm.partners.errors import KeyReused, RequestMissing, TokenMissing
from crm.partners.model import Admission, Issued, Limit, NewRequest, NewToken, Request, Token, TokenState
from crm.partners.personal_data import RELAY
from crm.values.identifiers import AccountId, ApiTokenId

NOBODYS_HASH = "0" * 64
"""What an unknown token is compared with, so that looking one up takes the same time."""


def create(session: Session, sealer: Sealer, new: NewToken, *, by: AccountId | None, at: datetime) -> Issued:
    """Makes a token; its text is in the answer and nowhere else. Raises `Invalid`."""
    prefix, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
    token = store.add_token(session, rules.tidy_token(new, at=at), prefix=prefix, secret=secret, by=by, at=at)
    scopes = sorted(scope.value for scope in token.scopes)
    audit.record(
        session, sealer, at=at, account_id=by, action="api-token.create", subject="api-token", subject_id=token.id,
        facts={"scopes": scopes, "origins": list(token.origins)},
    )  # fmt: skip
    return Issued(token=token, text=rules.text_of(prefix, secret))


def tokens(session: Session) -> tuple[Token, ...]:
    """Every token ever made, newest first."""
    return store.tokens(session)


def living_of(session: Session, account_id: AccountId, *, at: datetime) -> tuple[Token, ...]:
    """The tokens that a colleague made and that still open something: who made one has seen its text."""
    return tuple(
        one for one in store.tokens(session) if one.created_by == account_id and one.state(at) is TokenState.LIVE
    )


def recipients(session: Session) -> tuple[str, ...]:
    """Who gets data of people from the house, by name: the relay (a marked sentence), then each living token."""
    return (RELAY, *(one.name for one in store.tokens(session) if one.revoked_at is None))


def find_token(session: Session, token_id: ApiTokenId) -> Token | None:
    """That token, or None."""
    return store.find_token(session, token_id)


def find_named(session: Session, name: str) -> Token:
    """The token of that prefix, number or name, the newest first. Raises `TokenMissing`."""
    for token in store.tokens(session):
        if name in (token.prefix, str(token.id), token.name):
            return token
    raise TokenMissing


def revoke(session: Session, sealer: Sealer, token_id: ApiTokenId, *, by: AccountId | None, at: datetime) -> Token:
    """Shuts a token for good, at once; again changes nothing. Raises `TokenMissing`."""
    token = store.find_token(session, token_id)
    if token is None:
        raise TokenMissing
    if token.revoked_at is None:
        store.change_token(session, token_id, revoked_at=at)
        audit.record(
            session, sealer, at=at, account_id=by, action="api-token.revoke", subject="api-token", subject_id=token_id
        )
    session.expire_all()
    return store.find_token(session, token_id) or token


def recognise(session: Session, text: str, *, at: datetime) -> Token | None:
    """The living token with that text; None for anything else, in the same time."""
    read = rules.read_text(text)
    prefix, secret = read or ("", "")
    token, kept = store.at_prefix(session, prefix) or (None, NOBODYS_HASH)
    is_right = secrets.compare_digest(store.digest(secret), kept)
    if token is None or not is_right or token.state(at) is not TokenState.LIVE:
        return None
    return token


def touch(session: Session, token: Token, *, at: datetime) -> None:
    """Notes that it was used, once a minute at most."""
    if token.last_used_at is None or at - token.last_used_at >= rules.TOUCH_EVERY:
        store.change_token(session, token.id, last_used_at=at)


def live_origins(session: Session, *, at: datetime) -> frozenset[str]:
    """Every site that some living token may be used from."""
    return store.live_origins(session, at)


def admit(session: Session, limits: Sequence[Limit], *, at: datetime) -> Admission:
    """Counts one request under each limit, for all processes together, and says whether it is let in."""
    counted = store.count(session, [limit.name for limit in limits], rules.window(at))
    return rules.admission(limits, counted, at=at)


def take(session: Session, new: NewRequest, work: Callable[[], NewRequest], *, at: datetime) -> tuple[Request, bool]:
    """Does `work` once per key and token and remembers what it says of the request; True where it was done now.

    The same key and content again is answered from memory; of two at once the second waits for the first. What fails
    is not taken: its key stays free. Raises `KeyReused` for other content under a key.
    """
    if new.key:
        hold(session, f"api request {new.token_id} {new.key}")
        known = store.by_key(session, new.token_id, new.key)
        if known is not None:
            if known.body_digest != new.body_digest:
                raise KeyReused
            return known, False
    return store.add_request(session, work(), reference=secrets.token_urlsafe(18), at=at), True


def request_at(session: Session, token: Token, reference: str) -> Request:
    """What that token handed in under a reference. Raises `RequestMissing` (for those of other tokens too)."""
    found = store.by_reference(session, token.id, reference)
    if found is None:
        raise RequestMissing
    return found


def request_of(session: Session, token: Token, key: str) -> Request:
    """What that token handed in under an idempotency key. Raises `RequestMissing`."""
    found = store.by_key(session, token.id, key)
    if found is None:
        raise RequestMissing
    return found


def prune(session: Session, at: datetime) -> int:
    """Forgets counts of an hour ago, keys of two days ago, requests of more than a year ago; how many requests."""
    return store.prune(
        session,
        rates_before=at - timedelta(hours=1),
        keys_before=at - rules.KEPT_KEY,
        requests_before=at - rules.KEPT_REQUEST,
    )
