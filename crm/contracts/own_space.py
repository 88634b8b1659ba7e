"""How upper rooms show a supporter what is theirs in their own space, and take in what they ask about their data.

A room that has nothing to show yet is simply not on the list: the page shows nothing in its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from sqlalchemy.orm import Session

from crm.values.identifiers import PersonId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnLook:
    """Somebody looks at what is theirs: who (nobody merged), in which language, when."""

    person_id: PersonId
    language: Language
    now: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnLine:
    """One line: what it is, a word beside it, and a page of the space that it leads to, or nothing.

    `takes`: what stands on the button, where the path hands out a paper, and that is noted: no link does such a thing.
    """

    text: str
    note: str = ""
    path: str = ""
    takes: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class OwnPart:
    """A part of the space: a title, a sentence, and lines; all in the reader's language."""

    title: str
    text: str = ""
    lines: tuple[OwnLine, ...] = ()


class OwnSource(Protocol):
    """What one room shows in the space (gifts, attestations). `key` names it in the file of one's data."""

    @property
    def key(self) -> str: ...

    def part(self, session: Session, look: OwnLook) -> OwnPart | None:
        """What it shows; None where it has nothing of that person. A fixed number of queries."""
        ...

    def file(self, session: Session, look: OwnLook) -> Mapping[str, Any]:
        """The same for a program, as JSON's own kinds."""
        ...


class OwnWish(StrEnum):
    """What one can ask about one's data from the space."""

    ERASURE = "erasure"


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """A request that was taken in: when, and by which day it will be answered."""

    received_at: datetime
    due_on: Any


class WishBook(Protocol):
    """Where such requests are written down."""

    def ask(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked:
        """Takes a request in; asked again while it is open, it is the same request."""
        ...

    def open_wish(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked | None:
        """The open request of that kind, or None."""
        ...
