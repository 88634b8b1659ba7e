"""Decisions about feeds: when to come back, and whether an item has changed."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from mailing.feeds.model import ParsedItem

LEASE = timedelta(minutes=5)
"""How long a claimed feed is nobody else's; far longer than a fetch may take."""

LONGEST_WAIT = timedelta(days=1)
SHORTEST_INTERVAL = 5
"""Minutes; nobody's site is asked more often."""

_STAMP = re.compile(r"\?\d+$")


def next_visit(now: datetime, *, interval_minutes: int, failures: int, retry_after: str = "") -> datetime:
    """When to come back after a visit, `failures` counting this one too.

    A failing feed waits twice as long after each failure, a day at the most. What the server wishes is obeyed where
    it is later than that and no longer than a day.
    """
    interval = timedelta(minutes=interval_minutes)
    if not failures:
        return now + interval
    wait = min(interval * (1 << min(failures, 20)), LONGEST_WAIT)
    wished = _wish(retry_after, now)
    if wished is not None and wait < wished <= LONGEST_WAIT:
        wait = wished
    return now + wait


def _wish(retry_after: str, now: datetime) -> timedelta | None:
    """A `Retry-After` header (RFC 9110 10.2.3), in seconds or as a date."""
    text = retry_after.strip()
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return timedelta(seconds=int(text))
    try:
        then = parsedate_to_datetime(text)
    except (ValueError, TypeError):
        return None
    return (then if then.tzinfo else then.replace(tzinfo=UTC)) - now


def digest_of(item: ParsedItem) -> str:
    """64 hexadecimal digits that change when an item says something else (a picture's new time stamp says nothing)."""
    facts = asdict(item) | {"image_url": _STAMP.sub("", item.image_url)}
    return hashlib.sha256(json.dumps(facts, sort_keys=True, default=str).encode()).hexdigest()
