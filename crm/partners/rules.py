"""The decisions of partners: what a token's text is made of, which origins may stand in one, and who waits."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from crm.partners.model import LONGEST_KEY, LONGEST_NAME, MOST_ORIGINS, SERVERS_ONLY, Admission, Limit, NewToken
from crm.values.errors import Invalid

MARK = "pv"
"""What every token begins with, so that one left in public code is found by a search."""
WINDOW = timedelta(minutes=1)
KEPT_KEY = timedelta(hours=48)
"""A key is remembered at least a day; twice that, whatever the hour of tidying."""
KEPT_REQUEST = timedelta(days=400)
TOUCH_EVERY = timedelta(minutes=1)

_TEXT = re.compile(r"pv_([0-9a-f]{12})_([A-Za-z0-9_-]{43})\Z")
_KEY = re.compile(r"[\x21-\x7e]+\Z")


def text_of(prefix: str, secret: str) -> str:
    """A token as a program keeps it."""
    return f"{MARK}_{prefix}_{secret}"


def read_text(text: str) -> tuple[str, str] | None:
    """(prefix, secret) of a token's text, or None for anything else."""
    found = _TEXT.match(text)
    return (found[1], found[2]) if found else None


def is_key(text: str) -> bool:
    """True for an idempotency key: 1 to 255 visible ASCII signs."""
    return len(text) <= LONGEST_KEY and _KEY.match(text) is not None


def tidy_token(new: NewToken, *, at: datetime) -> NewToken:
    """The token as it is made. Raises `Invalid` with the field to mend."""
    name = " ".join(new.name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise Invalid("a name of 1 to 100 characters", field="name")
    if not new.scopes:
        raise Invalid("at least one scope", field="scopes")
    if new.expires_at is not None and new.expires_at <= at:
        raise Invalid("a token ends in the future", field="expires_on")
    if len(new.origins) > MOST_ORIGINS:
        raise Invalid(f"at most {MOST_ORIGINS} sites", field="origins")
    if new.origins and new.scopes & SERVERS_ONLY:
        raise Invalid("a token that pages may use never brings gifts or proofs, nor reads segments", field="together")
    origins = tuple(dict.fromkeys(tidy_origin(origin) for origin in new.origins))
    return NewToken(name=name, scopes=frozenset(new.scopes), origins=origins, expires_at=new.expires_at)


def tidy_origin(text: str) -> str:
    """A site as browsers say it: scheme and host, a port where it is unusual. Raises `Invalid` for anything else."""
    try:
        parts = urlsplit(text.strip().rstrip("/"))
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise Invalid("a site such as https://www.example.org", field="origins") from error
    is_plain = not (parts.path or parts.query or parts.fragment or parts.username)
    if parts.scheme not in ("http", "https") or not host or not is_plain or not host.isascii() or "*" in host:
        raise Invalid("a site such as https://www.example.org", field="origins")
    usual = {"http": 80, "https": 443}[parts.scheme]
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != usual else "")


def window(at: datetime) -> datetime:
    """The minute in which a request is counted."""
    return at.astimezone(UTC).replace(second=0, microsecond=0)


def admission(limits: Sequence[Limit], counted: Mapping[str, int], *, at: datetime) -> Admission:
    """Whether the request that made these counts is let in: all limits have to hold."""
    if all(counted[limit.name] <= limit.per_minute for limit in limits):
        return Admission()
    left = window(at) + WINDOW - at
    return Admission(retry_after=max(1, int(left.total_seconds()) + 1))
