"""How every room shows itself on a person's page: panels, and entries of one timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from crm.foundation.newest import Before
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """A look at one person (nobody merged): in which language, and when.

    `known` is what a room read of them while the page is made, so that it is asked for once.
    """

    person_id: PersonId
    language: Language
    now: datetime
    known: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)


class Place(StrEnum):
    """Where a panel stands: in the wide column, or beside it."""

    MAIN = "main"
    SIDE = "side"


@dataclass(frozen=True, kw_only=True, slots=True)
class Panel:
    """What one room knows of a person, in words that are ready to be shown.

    `templates/office/supporters/panels/<key>.html` shows `values`, as a mapping called `panel`. `since_on`: the first
    day that the room has anything of them; the head of the page says the earliest.
    """

    key: str
    values: Mapping[str, Any]
    since_on: date | None = None


class PersonPanel(Protocol):
    """One part of a person's page. `order` goes from the top; `permission` is what seeing it asks for."""

    @property
    def key(self) -> str: ...

    @property
    def order(self) -> int: ...

    @property
    def place(self) -> Place: ...

    @property
    def permission(self) -> str: ...

    def panel(self, session: Session, look: Look) -> Panel | None:
        """The panel, in a number of queries that does not depend on how much there is; None leaves it out."""
        ...


@dataclass(frozen=True, kw_only=True, slots=True)
class Link:
    """A page of the office about an entry: its endpoint and the numbers in its address."""

    endpoint: str
    numbers: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Quote:
    """Words as they were shown or said: a title that opens them, the lines, their language."""

    title: str
    lines: tuple[str, ...]
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class TimelineEntry:
    """Something that happened to a person. `number` tells apart what one source has at one instant."""

    source: str
    number: int
    at: datetime
    title: str
    text: str = ""
    shape: str = "note"
    by: AccountId | None = None
    link: Link | None = None
    quote: Quote | None = None


class TimelineSource(Protocol):
    """One room's part of the timeline.

    `source` names it in addresses and never changes; sources of one `kind` are filtered together under its `label`
    (a marked sentence); `permission` is what reading it asks for.
    """

    @property
    def source(self) -> str: ...

    @property
    def kind(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def permission(self) -> str: ...

    def entries(self, session: Session, look: Look, *, before: Before | None, size: int) -> Sequence[TimelineEntry]:
        """At most `size` entries, the newest first (by instant, then by number), those `before` where it is given."""
        ...
