"""Nouns of the welcome series: its letters, each some days after a first gift, in the languages it was written in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from crm.values.languages import Language

REQUIRED = (Language.FR, Language.NL)
"""A letter is not sent to anybody before it is written in these."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a letter says in one language; `((prénom))` stands for the reader's first name."""

    subject: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """A letter of the series, `days` after somebody's first gift, under the yes to `purpose`."""

    id: int
    days: int
    purpose: str
    is_open: bool
    words: Mapping[Language, Words]

    @property
    def is_ready(self) -> bool:
        """Whether it is written in every language that it needs."""
        return all(language in self.words for language in REQUIRED)
