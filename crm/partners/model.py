"""The nouns of partners: a token with its scopes, a request that was taken, and whether one more is let in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from crm.values.identifiers import AccountId, ApiTokenId, PersonId

LONGEST_NAME: Final = 100
LONGEST_KEY: Final = 255
"""Characters of an idempotency key."""
MOST_ORIGINS: Final = 10


class Scope(StrEnum):
    """What a token may do. None includes another."""

    PEOPLE = "people"
    CONSENTS = "consents"
    SIGNATURES = "signatures"
    REGISTRATIONS = "registrations"
    URGENT_ACTIONS = "urgent-actions"
    GIFTS = "gifts"
    STATUS = "status"
    SEGMENTS = "segments"
    """Reads who is in the team's segments, by number: for the organisation's own programs."""
    CONFIRMED_CONSENTS = "confirmed-consents"
    """Believed when it says that somebody proved their mailbox elsewhere; without it every consent is only asked."""


SERVERS_ONLY: Final = frozenset({Scope.GIFTS, Scope.SEGMENTS, Scope.CONFIRMED_CONSENTS})
"""What no token for pages of a site may do: it stands there for anybody to read, who could book money that never came,
forge the proof of a consent, or read who is in a segment."""


class TokenState(StrEnum):
    """Whether a token opens anything."""

    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewToken:
    """A token to make. `origins` are the sites whose pages may use it from a browser; empty for servers only."""

    name: str
    scopes: frozenset[Scope]
    origins: tuple[str, ...] = ()
    expires_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Token(NewToken):
    """A token as it is kept: never its secret. `prefix` opens its text and tells it from the others."""

    id: ApiTokenId
    prefix: str
    created_at: datetime
    created_by: AccountId | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None

    @property
    def opens(self) -> frozenset[Scope]:
        """What it may do; of an older one for pages of a site, without what only servers may."""
        return self.scopes - self.shut

    @property
    def shut(self) -> frozenset[Scope]:
        """The scopes that stand in it and open nothing, since pages of a site may use it."""
        return self.scopes & SERVERS_ONLY if self.origins else frozenset()

    def state(self, at: datetime) -> TokenState:
        """Whether it opens anything at that instant."""
        if self.revoked_at is not None:
            return TokenState.REVOKED
        return TokenState.EXPIRED if self.expires_at is not None and self.expires_at <= at else TokenState.LIVE


@dataclass(frozen=True, kw_only=True, slots=True)
class Issued:
    """A new token and its whole text, which is shown once and kept by nobody here."""

    token: Token
    text: str = field(repr=False)


class RequestKind(StrEnum):
    """What a program handed in."""

    PERSON = "person"
    CONSENT = "consent"
    SIGNATURE = "signature"
    REGISTRATION = "registration"
    URGENT_ACTION = "urgent-action"
    GIFT = "gift"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRequest:
    """A request that was taken. `facts` are for us alone; `key` is the program's own idempotency key."""

    token_id: ApiTokenId
    kind: RequestKind
    body_digest: str
    key: str = ""
    person_id: PersonId | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request as it was taken, under the reference the program got: a new one each time, whoever it was about."""

    reference: str
    token_id: ApiTokenId
    kind: RequestKind
    body_digest: str
    person_id: PersonId | None
    facts: Mapping[str, Any]
    taken_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Limit:
    """So many requests a minute, counted under one name."""

    name: str
    per_minute: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Admission:
    """Whether one more request is let in; `retry_after` seconds from now where it is not."""

    retry_after: int = 0

    @property
    def is_in(self) -> bool:
        return self.retry_after == 0
