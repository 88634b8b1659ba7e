"""Nouns of legacies: a file for each promise by will, and the stages it has gone through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, GiftId, LegacyId, PersonId


class LegacyKind(StrEnum):
    """What a will leaves us."""

    UNKNOWN = "unknown"
    UNIVERSAL = "universal"
    SHARE = "share"
    PARTICULAR = "particular"
    DUO = "duo"
    OTHER = "other"


class Stage(StrEnum):
    """How far a promise has come."""

    TOLD = "told"
    IN_WILL = "in-will"
    OPENED = "opened"
    ACCEPTED = "accepted"
    RECEIVED = "received"
    CLOSED = "closed"
    FALLEN = "fallen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Notary:
    """Who keeps the will, or settles the estate."""

    name: str = ""
    address: str = ""
    phone: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Facts:
    """What a file says of a promise; `expected_cents` is None where nobody knows."""

    kind: LegacyKind = LegacyKind.UNKNOWN
    notary: Notary = Notary()
    expected_cents: int | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Legacy:
    """A file as it stands: whose promise, what is known of it, its latest stage and the day of that."""

    id: LegacyId
    person_id: PersonId
    facts: Facts
    stage: Stage
    reached_on: date
    received_cents: int
    opened_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """That a promise reached a stage on a day. Only added: a slip is answered by the next one."""

    stage: Stage
    reached_on: date
    note: str
    noted_at: datetime
    noted_by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Received:
    """A gift that came from the estate."""

    gift_id: GiftId
    given_on: date
    net_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeLegacy:
    """A file with its steps, the oldest first, what came of it, and gifts that may be of it."""

    legacy: Legacy
    steps: tuple[Step, ...]
    received: tuple[Received, ...]
    candidates: tuple[Received, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What all files come to: how many at each stage, what open ones are expected to bring, what has come."""

    by_stage: Mapping[Stage, int]
    expected_cents: int
    received_cents: int
