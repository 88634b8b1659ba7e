"""The nouns of rounds: whom one asks, what became of each question, what a round would do."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId


class Reach(StrEnum):
    """Whom a round asks, among those whom the gate allows."""

    ASLEEP = "asleep"
    """Who gave no sign of life for long; a letter that was opened is none."""
    LEGACY = "legacy"
    """Whose yes comes from an older system, without proof."""
    BOTH = "both"


class Outcome(StrEnum):
    """What became of one question."""

    WAITING = "waiting"
    YES = "yes"
    NO = "no"
    ALIVE = "alive"
    """They did not answer, and gave another sign of life: their yes stands."""
    UNREACHED = "unreached"
    """The question never arrived, so that silence says nothing."""
    EXPIRED = "expired"


@dataclass(frozen=True, kw_only=True, slots=True)
class Foreseen:
    """What a round would do now: how many are asked, and why how many others are not, by reason."""

    asked: int
    left_out: Mapping[str, int]
    since: datetime
    answer_by_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Round:
    """One round: proposed by one, decided by another. `answer_by_on` is fixed when it leaves."""

    id: int
    purpose: str
    reach: Reach
    reason: str
    proposed_by: AccountId | None
    proposed_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    is_approved: bool
    answer_by_on: date | None
    closed_at: datetime | None
    outcomes: Mapping[Outcome, int]
