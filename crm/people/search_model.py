"""The nouns of the search: what of a person answers, and how it is said."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from crm.people.model import Abode, Person


class Facet(StrEnum):
    """What a word of the index says of a person, from what weighs most to what weighs least.

    One sign each: it stands in millions of rows.
    """

    NAME = "1"
    FIRST_NAME = "2"
    MAIL = "3"
    NUMBER = "4"
    STREET = "5"
    PLACE = "6"
    OTHER = "7"


class Field(StrEnum):
    """What matched, as a page names it."""

    NAME = "name"
    ORGANISATION = "organisation"
    EMAIL = "email"
    PHONE = "phone"
    MEMBER_NUMBER = "member-number"
    ENTERPRISE_NUMBER = "enterprise-number"
    EXTERNAL_ID = "external-id"
    ADDRESS = "address"
    OTHER = "other"


class Entry(NamedTuple):
    """One thing by which somebody is found: `text` as it is shown, `words` as they are compared.

    `kind` is what an upper room calls it (an IBAN). `is_past` where it is no longer theirs, or was somebody's who
    was merged into them.
    """

    field: Field
    facet: Facet
    text: str
    words: tuple[str, ...]
    kind: str = ""
    is_past: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """Why somebody was found: the field and what stands in it."""

    field: Field
    text: str
    kind: str = ""
    is_past: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Hit:
    """Somebody who was found. `is_guess` where a word was taken for a misspelt one."""

    person: Person
    abode: Abode | None
    matches: tuple[Match, ...]
    is_guess: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """The best answers, best first; `has_more` where others follow.

    `is_exact` where so many answer to what was typed that nobody was looked for who bears a name near it.
    """

    hits: tuple[Hit, ...]
    has_more: bool
    is_exact: bool = False
