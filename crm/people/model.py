"""The nouns of people: a person and the ways to reach them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from crm.values.email_address import EmailAddress
from crm.values.identifiers import ContactPointId, PersonId
from crm.values.languages import Language

LONGEST_NAME = 100
"""Characters of a first or last name."""


class ContactKind(StrEnum):
    """What a contact point is."""

    EMAIL = "email"


class Deliverability(StrEnum):
    """What experience says of a contact point."""

    LIVE = "live"
    FAILING = "failing"
    DEAD = "dead"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPoint:
    """One way to reach a person. `address_key` is the keyed hash under which ledgers know it."""

    id: ContactPointId
    person_id: PersonId
    kind: ContactKind
    value: str
    address_key: str
    is_primary: bool
    deliverability: Deliverability

    @property
    def is_living(self) -> bool:
        """False where experience says that nobody answers there any more."""
        return self.deliverability is not Deliverability.DEAD


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A supporter. Names may be empty: many people give nothing but an address."""

    id: PersonId
    first_name: str
    last_name: str
    language: Language
    created_at: datetime
    source: str
    merged_into_id: PersonId | None = None
    contact_points: tuple[ContactPoint, ...] = ()

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def primary(self) -> ContactPoint | None:
        """The way to reach them that they prefer, if there is any."""
        return next((point for point in self.contact_points if point.is_primary), None) or next(
            iter(self.contact_points), None
        )

    def at(self, address_key: str) -> ContactPoint | None:
        """Their contact point of that address, if it is one of theirs."""
        return next((point for point in self.contact_points if point.address_key == address_key), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """What is known of someone who arrives."""

    email: EmailAddress
    language: Language
    first_name: str = ""
    last_name: str = ""
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """One page of a list, newest first. `next_after` opens the following page and is None on the last one."""

    people: tuple[Person, ...]
    total: int
    next_after: PersonId | None
