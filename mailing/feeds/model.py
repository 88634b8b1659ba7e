"""The nouns of feeds: a feed, an item as it came, and the feed's health."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import FeedId, FeedItemId
from crm.values.languages import Language


class FeedKind(StrEnum):
    """What a feed's items are."""

    NEWS = "news"
    PETITIONS = "petitions"
    EVENTS = "events"
    BLOG = "blog"


class Health(StrEnum):
    """One word for how a feed does."""

    NEW = "new"
    FINE = "fine"
    FAILING = "failing"
    DOWN = "down"


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedItem:
    """One item as the feed gives it, tidied: plain texts (no markup), safe links, instants in UTC.

    `key` is the feed's own identifier (guid), else its link. `intro_truncated` is true where the site cut the
    introduction with "(…)"; the mark itself is gone from `intro`. `tags` come as written, straight apostrophes and all.
    """

    key: str
    title: str
    link: str
    intro: str = ""
    intro_truncated: bool = False
    author: str = ""
    published_at: datetime | None = None
    language: str = ""
    tags: tuple[str, ...] = ()
    image_url: str = ""
    starts_on: date | None = None
    ends_on: date | None = None
    starts_time: str = ""
    place: str = ""
    event_types: tuple[str, ...] = ()
    closes_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParsedFeed:
    """A whole feed. `dropped` says, one sentence each, which items could not be used and why.

    `is_whole` is False where the file broke off: it is worth asking for again.
    """

    title: str
    language: str
    items: tuple[ParsedItem, ...]
    dropped: tuple[str, ...] = ()
    is_whole: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Feed:
    """A feed we follow, and how it does."""

    id: FeedId
    name: str
    url: str
    kind: FeedKind
    language: Language
    is_active: bool
    interval_minutes: int
    next_fetch_at: datetime
    last_fetch_at: datetime | None
    last_ok_at: datetime | None
    last_error: str
    failures: int
    items_known: int = 0

    @property
    def health(self) -> Health:
        if self.failures >= 3:
            return Health.DOWN
        if self.failures:
            return Health.FAILING
        return Health.FINE if self.last_ok_at else Health.NEW


@dataclass(frozen=True, kw_only=True, slots=True)
class FeedItem:
    """An item as kept: what the feed said last, when we first saw it, and when it last changed."""

    id: FeedItemId
    feed_id: FeedId
    kind: FeedKind
    language: Language
    item: ParsedItem
    digest: str
    first_seen_at: datetime
    last_seen_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class ClaimedFeed:
    """A feed that is ours to visit for a while, and what the last visit left to ask with."""

    id: FeedId
    name: str
    url: str
    etag: str
    last_modified: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """A visit that brought the feed."""

    feed: ParsedFeed
    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unchanged:
    """A visit at which the site said that nothing changed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Failed:
    """A visit that brought nothing, why in one sentence, and when the server wishes to see us again (as it wrote)."""

    reason: str
    retry_after: str = ""


Visit = Brought | Unchanged | Failed


class Outcome(StrEnum):
    """How a visit ended."""

    READ = "read"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class FetchReport:
    """What one visit to a feed brought. `next_at` is when we shall come back."""

    feed_id: FeedId
    name: str
    outcome: Outcome
    new: int = 0
    changed: int = 0
    same: int = 0
    dropped: tuple[str, ...] = field(default_factory=tuple)
    error: str = ""
    next_at: datetime | None = None
