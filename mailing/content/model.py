"""The nouns of content: things one can put in a newsletter, and the terms that tag them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import ContentId, TermId
from crm.values.languages import Language


class ContentKind(StrEnum):
    """What a thing is."""

    ARTICLE = "article"
    PETITION = "petition"
    EVENT = "event"
    BLOG = "blog"


class Standing(StrEnum):
    """The questions one asks of the library: what can be proposed, what wants mending, what was set aside."""

    OPEN = "open"
    TRUNCATED = "truncated"
    EDITED = "edited"
    HIDDEN = "hidden"


class TermKind(StrEnum):
    """The two lists of the organisation."""

    COUNTRY = "country"
    THEME = "theme"


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """A country or theme. `derived` is true where we guessed it from the title: shown, never used as a declared tag."""

    id: TermId
    kind: TermKind
    code: str
    label: str
    derived: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentItem:
    """One article, petition, event or blog post. Title and intro are the editor's where an editor wrote them."""

    id: ContentId
    kind: ContentKind
    language: Language
    title: str
    intro: str
    intro_truncated: bool
    url: str
    author: str
    image_url: str
    published_at: datetime | None
    first_seen_at: datetime
    changed_at: datetime
    terms: tuple[Term, ...] = ()
    closes_on: date | None = None
    closed_at: datetime | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    starts_time: str = ""
    place: str = ""
    event_types: tuple[str, ...] = ()
    hidden: bool = False
    edited: bool = False

    def is_open(self, day: date) -> bool:
        """True where one can still act on it on that Belgian day: a petition not closed, an event not over."""
        if self.kind is ContentKind.PETITION:
            return self.closed_at is None and (self.closes_on is None or self.closes_on >= day)
        if self.kind is ContentKind.EVENT:
            last = self.ends_on or self.starts_on
            return last is not None and last >= day
        return True


@dataclass(frozen=True, kw_only=True, slots=True)
class UnknownTag:
    """A tag that is on no list, waiting for a person to say what it means."""

    folded: str
    sample: str
    seen: int
    first_seen_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewTerm:
    """A term to put on a list, under every spelling that means it."""

    kind: TermKind
    code: str
    label: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class ContentPage:
    """One page of the library. `total` counts all that match; `next_after` asks for the next page, None at the end."""

    items: tuple[ContentItem, ...]
    total: int
    next_after: ContentId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class TakenIn:
    """What came of new and changed feed items.

    `new` things, `joined` items that spoke of a thing we had, `changed` things. `is_done` is False where more wait.
    """

    new: int = 0
    joined: int = 0
    changed: int = 0
    is_done: bool = True
