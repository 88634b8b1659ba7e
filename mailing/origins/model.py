"""The nouns of origins: who waits to be told, and how it is said."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class ToldBy(StrEnum):
    """How somebody was told."""

    MAIL = "mail"
    LETTER = "letter"


@dataclass(frozen=True, kw_only=True, slots=True)
class Waiting:
    """People of one origin who are still to be told: how many by mail, only by letter, by no way at all.

    `since_on` is the day the first of them came, `due_on` a month later.
    """

    name: str
    sources: tuple[str, ...]
    by_mail: int
    by_letter: int
    unreachable: int
    since_on: date
    due_on: date

    @property
    def key(self) -> str:
        """Its name in addresses of pages."""
        return hashlib.sha256(self.name.encode()).hexdigest()[:16]

    @property
    def people(self) -> int:
        return self.by_mail + self.by_letter + self.unreachable


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """An origin whose people have the information already (art. 14(5)(a)), with the reason."""

    name: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressee:
    """Somebody who is told by a letter: their number, language, and the lines of the envelope."""

    person_id: int
    language: str
    lines: tuple[str, ...]
