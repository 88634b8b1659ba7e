"""The nouns of duplicates: what is compared, how alike two records are and why, a pair, a merge."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from crm.people.model import Person, PersonKind, Title
from crm.values.identifiers import AccountId, MergeId, PairId, PersonId


class Reason(StrEnum):
    """One thing that speaks for two records being one person, or against it."""

    EMAIL = "email"
    PHONE = "phone"
    ACCOUNT = "account"
    ENTERPRISE = "enterprise"
    NAME_SAME = "name-same"
    NAME_CLOSE = "name-close"
    FIRST_SAME = "first-same"
    FIRST_CLOSE = "first-close"
    FIRST_INITIAL = "first-initial"
    FIRST_MISSING = "first-missing"
    FIRST_GENDER = "first-gender"
    LAST_SAME = "last-same"
    LAST_CLOSE = "last-close"
    LAST_MISSING = "last-missing"
    LAST_OTHER = "last-other"
    SWAPPED = "swapped"
    NAMELESS = "nameless"
    BIRTH = "birth"
    BIRTH_NEAR = "birth-near"
    BIRTH_OTHER = "birth-other"
    BOX = "box"
    STREET = "street"
    POSTCODE = "postcode"
    TITLE_OTHER = "title-other"


class Certainty(StrEnum):
    """What a score is worth. Nothing is ever merged by itself: even a certain pair waits for a person."""

    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"


class Facts(NamedTuple):
    """What is compared of one person: folded texts, and numbers that stand for keyed hashes.

    `boxes` are letter boxes (see `crm.values.address_key`); `accounts` are what upper rooms remember.
    """

    id: int
    kind: PersonKind
    first: str
    last: str
    title: Title
    birth_on: date | None
    emails: tuple[int, ...] = ()
    phones: tuple[int, ...] = ()
    boxes: tuple[str, ...] = ()
    accounts: tuple[int, ...] = ()
    enterprise: str = ""
    is_deceased: bool = False


CERTAIN_FROM = 95
LIKELY_FROM = 75
PROPOSED_FROM = 55


def certainty(score: int) -> Certainty:
    """What a score is worth."""
    if score >= CERTAIN_FROM:
        return Certainty.CERTAIN
    return Certainty.LIKELY if score >= LIKELY_FROM else Certainty.POSSIBLE


def scores(certainty: Certainty | None) -> range:
    """The scores that are worth that much; every score for None."""
    match certainty:
        case Certainty.CERTAIN:
            return range(CERTAIN_FROM, 101)
        case Certainty.LIKELY:
            return range(LIKELY_FROM, CERTAIN_FROM)
        case Certainty.POSSIBLE:
            return range(LIKELY_FROM)
        case None:
            return range(101)


@dataclass(frozen=True, kw_only=True, slots=True)
class Likeness:
    """How alike two records are, 0 to 100, and why."""

    score: int
    reasons: tuple[Reason, ...]

    @property
    def certainty(self) -> Certainty:
        return certainty(self.score)


class PairState(StrEnum):
    """What became of a pair. `distinct` is for ever: somebody said that they are two people."""

    OPEN = "open"
    DISTINCT = "distinct"
    MERGED = "merged"


@dataclass(frozen=True, kw_only=True, slots=True)
class Pair:
    """Two records that may be one person; `low_id` is the smaller number."""

    id: PairId
    low_id: PersonId
    high_id: PersonId
    score: int
    reasons: tuple[Reason, ...]
    state: PairState
    decided_at: datetime | None = None
    decided_by: AccountId | None = None
    later_at: datetime | None = None

    @property
    def certainty(self) -> Certainty:
        return certainty(self.score)


@dataclass(frozen=True, kw_only=True, slots=True)
class Found:
    """What a look at many people brought: how many were compared, in how many pairs, and what was proposed."""

    people: int
    compared: int
    proposed: int
    new: int
    withdrawn: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldChoice:
    """One field in which two records differ: what each says, and whose value is kept unless somebody chooses."""

    field: str
    values: Mapping[PersonId, Any]
    kept_of: PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Comparison:
    """Two people side by side: where they differ, what each has that would be united, and what to mind."""

    survivor: Person
    loser: Person
    likeness: Likeness
    fields: tuple[FieldChoice, ...]
    holdings: Mapping[PersonId, Mapping[str, int]]
    said_distinct: bool
    numbers_differ: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Merge:
    """That the loser's record became the survivor's, when and by whom; what was chosen, and what gave way."""

    id: MergeId
    survivor_id: PersonId
    loser_id: PersonId
    merged_at: datetime
    merged_by: AccountId | None
    chosen: Mapping[str, str]
    gave_way: Mapping[str, Any]
    undone_at: datetime | None = None
    undone_by: AccountId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Undoing:
    """What an un-merge did: `kept` values stay as they are because somebody changed them after the merge.

    `both`: noes, deaths and freezes of meanwhile that may be of either, and are on both.
    """

    merge: Merge
    rows: int
    kept: int
    both: int = 0
