"""The nouns of figures: a sheet of numbers with the hour at which it was counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.fundraising.outcome_model import Results
from crm.values.identifiers import AppealId


class Part(StrEnum):
    """What a sheet is about."""

    INCOME = "income"
    LOYALTY = "loyalty"
    GAINS = "gains"
    COHORTS = "cohorts"
    SECOND = "second"
    DELAYS = "delays"
    LIFETIME = "lifetime"
    PLANS = "plans"
    FAILURES = "failures"
    SURVIVAL = "survival"
    SCORES = "scores"
    PYRAMID = "pyramid"
    CONCENTRATION = "concentration"
    SEASONS = "seasons"
    APPEALS = "appeals"


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbers:
    """What was counted. Each of `people` stands under the key of whoever is behind it (`behind.tree`), `dead` of them
    have died and are found no more; `amounts` are cents and other whole numbers; `names` are what things were called.
    """

    people: Mapping[str, int] = field(default_factory=dict)
    amounts: Mapping[str, int] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    dead: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """The numbers of a part, as of a day, and when and how fast they were counted."""

    part: Part
    on: date
    counted_at: datetime
    milliseconds: int
    numbers: Numbers

    def people(self, key: str) -> int:
        """How many people stand behind a key; nobody where nothing was counted."""
        return self.numbers.people.get(key, 0)

    def dead(self, key: str) -> int:
        """How many of them have died: the segment behind the key is so many fewer."""
        return self.numbers.dead.get(key, 0)

    def amount(self, key: str) -> int:
        """Cents, or another whole number; 0 where nothing was counted."""
        return self.numbers.amounts.get(key, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Count:
    """How the last whole count went: when it ended, how long it took, and whether somebody asked for another since."""

    counted_at: datetime
    milliseconds: int
    is_asked: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What came of a frozen appeal, as of a day. `seen_entry`: the last movement of money that was there."""

    appeal_id: AppealId
    on: date
    count: Count
    seen_entry: int
    results: Results


@dataclass(frozen=True, kw_only=True, slots=True)
class News:
    """The appeals to which money moved, up to a movement."""

    appeal_ids: frozenset[AppealId]
    last_entry: int
