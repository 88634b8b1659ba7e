"""Policies: what must be true before we write to someone. Data, dated, and changed by two people together."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.consent.model import Channel, LegalBasis
from crm.values.identifiers import AccountId, PolicyId

EVERYWHERE = ""
"""The address key of a word that holds for every address of a channel."""


class Population(StrEnum):
    """Of whom a policy speaks. Upper rooms say who belongs to the middle ones (`service.put_population`)."""

    EVERYBODY = "everybody"
    BUYERS = "buyers"
    DONORS = "donors"
    MEMBERS = "members"
    MINORS = "minors"
    """13 to 17 years old: a policy of their own stands in place of all others."""


class Need(StrEnum):
    """What has to be there, from the least to the most."""

    NO_OBJECTION = "no-objection"
    LEGACY = "legacy"
    CONSENT = "consent"
    CONFIRMED = "confirmed"
    NEVER = "never"


@dataclass(frozen=True, kw_only=True, slots=True)
class Policy:
    """One rule, in force from `valid_from_on` to `valid_until_on` (both within it), once a second person agreed.

    `longest_days`: a yes older than this no longer counts; None for a yes that does not age.
    """

    id: PolicyId
    purpose: str
    channel: Channel
    population: Population
    need: Need
    legal_basis: LegalBasis
    longest_days: int | None
    valid_from_on: date
    valid_until_on: date | None
    reason: str
    proposed_by: AccountId | None
    proposed_at: datetime
    decided_by: AccountId | None = None
    decided_at: datetime | None = None
    is_approved: bool = False

    def holds_on(self, day: date) -> bool:
        """True where it is in force on that day."""
        if not self.is_approved or day < self.valid_from_on:
            return False
        return self.valid_until_on is None or day <= self.valid_until_on


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPolicy:
    """A policy about to be proposed. `reason` says why, for whoever reads it in ten years."""

    purpose: str
    channel: Channel
    population: Population
    need: Need
    legal_basis: LegalBasis
    valid_from_on: date
    reason: str
    longest_days: int | None = None
    valid_until_on: date | None = None


@dataclass(frozen=True, slots=True)
class Demand:
    """What one policy asks for: a need, and how old a yes may be."""

    need: Need
    longest_days: int | None = None


FOR_MINORS = frozenset({Need.CONSENT, Need.CONFIRMED, Need.NEVER})
BY_DEFAULT = Demand(Need.CONSENT)
"""Where the house has no policy, people are asked first."""


def in_force(policies: Iterable[Policy], day: date) -> dict[Population, Demand]:
    """What is asked of each population on a day, among the policies of one purpose and channel.

    Where two hold at once the one that begins later stands; of two of one day, the one proposed last.
    """
    held = sorted((p for p in policies if p.holds_on(day)), key=lambda p: (p.valid_from_on, p.id))
    return {Population.EVERYBODY: BY_DEFAULT} | {p.population: Demand(p.need, p.longest_days) for p in held}


@dataclass(frozen=True, slots=True)
class Book:
    """What is asked of whom on one day, for each purpose and channel that has a policy. Equal books are equal keys."""

    pages: tuple[tuple[tuple[str, Channel], tuple[tuple[Population, Demand], ...]], ...] = ()

    @classmethod
    def of(cls, policies: Iterable[Policy], day: date) -> Book:
        """The book of a day."""
        by_subject: dict[tuple[str, Channel], list[Policy]] = {}
        for policy in policies:
            by_subject.setdefault((policy.purpose, policy.channel), []).append(policy)
        asked = {subject: in_force(several, day) for subject, several in sorted(by_subject.items())}
        return cls(tuple((subject, tuple(sorted(demands.items()))) for subject, demands in asked.items()))

    def asked(self, purpose: str, channel: Channel) -> dict[Population, Demand]:
        """What is asked of each population; of everybody at least."""
        found = next((demands for subject, demands in self.pages if subject == (purpose, channel)), ())
        return {Population.EVERYBODY: BY_DEFAULT} | dict(found)


def demands_on(
    book: dict[Population, Demand], populations: Collection[Population], *, is_minor: bool
) -> tuple[Demand, ...]:
    """Any of which is enough for that person. A minor is never written to on less than a yes of their own."""
    if is_minor:
        own = book.get(Population.MINORS, book[Population.EVERYBODY])
        return (own if own.need in FOR_MINORS else Demand(Need.CONSENT, own.longest_days),)
    wanted = [Population.EVERYBODY, *(p for p in Population if p in populations and p is not Population.MINORS)]
    return tuple(book[p] for p in dict.fromkeys(wanted) if p in book)
