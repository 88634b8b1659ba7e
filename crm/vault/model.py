"""The nouns of the vault: a number that is held, the ways one came, why one is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, PersonId


class Source(StrEnum):
    """By which way a number came to us."""

    BANK = "bank"
    LETTER = "letter"
    PHONE = "phone"
    FORM = "form"
    SPACE = "space"
    VISIT = "visit"


class Way(StrEnum):
    """How somebody was asked for theirs: the house must be able to show that it asks."""

    LETTER = "letter"
    MAIL = "mail"
    PHONE = "phone"
    VISIT = "visit"


class Reason(StrEnum):
    """Why a number is shown. The law knows no other use than the tax attestation."""

    ATTESTATION = "attestation"
    CORRECTION = "correction"
    ASKED_BY_PERSON = "asked-by-person"
    ASKED_BY_AUTHORITY = "asked-by-authority"


class Outcome(StrEnum):
    """What became of a number that was given for somebody.

    `DIFFERS`: they have another one. `ELSEWHERE`: somebody else has this one. In both a person has to look.
    """

    KEPT = "kept"
    SAME = "same"
    REPLACED = "replaced"
    DIFFERS = "differs"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """That somebody's number is held: never the number."""

    person_id: PersonId
    source: Source
    kept_at: datetime
    kept_by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gone:
    """That a number was held since `kept_at` and destroyed, nothing having asked for it since `nothing_since`."""

    kept_at: datetime
    nothing_since: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """That somebody was asked for their number."""

    asked_at: datetime
    way: Way
    by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request a link stands for."""

    id: int
    person_id: PersonId
    asked_at: datetime
    way: Way
    answered_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Sealed:
    """A row of the vault as it lies there: what only its key opens, and for which place it was sealed."""

    id: int
    uid: str
    person_id: PersonId | None
    sealed: str
    key_id: int
    number_key: str
