"""The nouns of people: persons and organisations, the ways to reach them, their households and ties."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from crm.values.email_address import EmailAddress
from crm.values.identifiers import (
    AccountId,
    ContactPointId,
    DifferenceId,
    HouseholdId,
    PersonId,
    PostalAddressId,
    TagId,
    TieId,
)
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

LONGEST_NAME = 100
"""Characters of a first or last name."""
LONGEST_ORGANISATION = 200


class PersonKind(StrEnum):
    """A human being, or a body with a name of its own."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"


class OrganisationKind(StrEnum):
    """What an organisation is to us."""

    COMPANY = "company"
    ASSOCIATION = "association"
    LOCAL_GROUP = "local-group"
    SCHOOL = "school"
    CANDLE_SELLER = "candle-seller"
    PUBLIC_BODY = "public-body"
    OTHER = "other"


class Title(StrEnum):
    """How someone asked to be addressed. Empty where they did not say: nobody guesses it from a first name."""

    NONE = ""
    MADAM = "madam"
    SIR = "sir"


class ContactKind(StrEnum):
    """What a contact point is."""

    EMAIL = "email"
    PHONE = "phone"


ALIVE = "alive"
"""What is noted as said by somebody of whom we hold that they died."""


class Usage(StrEnum):
    """What a contact point or a postal address is used for."""

    HOME = "home"
    WORK = "work"
    HOLIDAY = "holiday"
    FISCAL = "fiscal"
    OTHER = "other"


class Deliverability(StrEnum):
    """What experience says of a contact point."""

    LIVE = "live"
    FAILING = "failing"
    DEAD = "dead"


class FailureReason(StrEnum):
    """Why something did not reach them, as the mail server or the postman said."""

    UNKNOWN = "unknown"
    GONE = "gone"
    BAD_BOX = "bad-box"
    REFUSED = "refused"
    DECEASED = "deceased"
    UNCLAIMED = "unclaimed"
    INCOMPLETE = "incomplete"
    FULL = "full"
    WRONG_NUMBER = "wrong-number"


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactPoint:
    """An e-mail address or phone number, and when it holds (as of `Abode`).

    `address_key` is the keyed hash under which ledgers know it. `value` is written to as it stands: an address as
    typed, a phone number in its international form (E.164).
    """

    id: ContactPointId
    person_id: PersonId
    kind: ContactKind
    value: str
    address_key: str
    is_primary: bool
    deliverability: Deliverability
    usage: Usage = Usage.HOME
    failures: int = 0
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    season_from: str = ""
    season_until: str = ""
    ended_at: datetime | None = None

    @property
    def is_living(self) -> bool:
        """False where nobody answers there any more, or where the person said that it is no longer theirs."""
        return self.deliverability is not Deliverability.DEAD and self.ended_at is None


@dataclass(frozen=True, kw_only=True, slots=True)
class Abode:
    """A postal address of a person, and when it holds.

    `valid_from_on` and `valid_until_on` are both within it. A season is two days of any year (`06-15`, `09-15`; it may
    run over New Year), outside which the address sleeps.
    """

    id: PostalAddressId
    person_id: PersonId
    address: PostalAddress
    usage: Usage
    is_primary: bool
    dedupe_key: str
    address_key: str
    deliverability: Deliverability
    failures: int
    source: str
    created_at: datetime
    valid_from_on: date | None = None
    valid_until_on: date | None = None
    season_from: str = ""
    season_until: str = ""
    ended_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Failure:
    """One thing that did not arrive, at a contact point or at an address."""

    at: datetime
    reason: FailureReason
    source: str
    contact_point_id: ContactPointId | None = None
    abode_id: PostalAddressId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ExternalId:
    """How another system calls a person; unique per system."""

    system: str
    value: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Person:
    """A supporter. Names may be empty: many people give nothing but an address."""

    id: PersonId
    first_name: str
    last_name: str
    language: Language
    created_at: datetime
    source: str
    kind: PersonKind = PersonKind.INDIVIDUAL
    member_number: str = ""
    title: Title = Title.NONE
    greeting: str = ""
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    enterprise_number: str = ""
    birth_on: date | None = None
    deceased_on: date | None = None
    deceased_recorded_at: datetime | None = None
    merged_into_id: PersonId | None = None
    contact_points: tuple[ContactPoint, ...] = ()

    @property
    def full_name(self) -> str:
        """What one calls them; an organisation by its own name."""
        if self.kind is PersonKind.ORGANISATION:
            return self.organisation_name
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def is_deceased(self) -> bool:
        """True from the day we were told, whether or not the day of death is known."""
        return self.deceased_recorded_at is not None

    @property
    def emails(self) -> tuple[ContactPoint, ...]:
        return tuple(point for point in self.contact_points if point.kind is ContactKind.EMAIL)

    @property
    def phones(self) -> tuple[ContactPoint, ...]:
        return tuple(point for point in self.contact_points if point.kind is ContactKind.PHONE)

    @property
    def primary(self) -> ContactPoint | None:
        """The e-mail address that they prefer, if there is any."""
        return next((point for point in self.emails if point.is_primary), None) or next(iter(self.emails), None)

    def at(self, address_key: str) -> ContactPoint | None:
        """Their contact point of that address, if it is one of theirs."""
        return next((point for point in self.contact_points if point.address_key == address_key), None)


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPerson:
    """What is known of someone who arrives."""

    language: Language
    email: EmailAddress | None = None
    phone: PhoneNumber | None = None
    address: PostalAddress | None = None
    first_name: str = ""
    last_name: str = ""
    source: str = ""
    kind: PersonKind = PersonKind.INDIVIDUAL
    title: Title = Title.NONE
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    enterprise_number: str = ""
    birth_on: date | None = None
    member_number: str = ""
    external_ids: tuple[ExternalId, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class PeoplePage:
    """One page of a list, newest first. `next_after` opens the following page and is None on the last one."""

    people: tuple[Person, ...]
    total: int
    next_after: PersonId | None


class Position(StrEnum):
    """What someone is in a household."""

    HEAD = "head"
    PARTNER = "partner"
    CHILD = "child"
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class HouseholdMember:
    """Someone of a household; `is_on_envelope` where their name is written on what the household gets."""

    person_id: PersonId
    position: Position
    is_on_envelope: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Household:
    """People who share a letter box and get one copy. Empty names are computed (see `rules.envelope_name`)."""

    id: HouseholdId
    envelope_name: str
    greeting: str
    language: Language
    members: tuple[HouseholdMember, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Called:
    """What somebody is called, and nothing else of them."""

    id: PersonId
    first_name: str
    last_name: str
    organisation_name: str

    @property
    def full_name(self) -> str:
        return self.organisation_name or f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, kw_only=True, slots=True)
class Together:
    """How a household is written to: what holds of what was written by hand, and the living whom its envelope names."""

    envelope_name: str
    greeting: str
    language: Language
    named: tuple[Called, ...]


class Sensitivity(StrEnum):
    """Whether a word about someone says more than they would like known (GDPR art. 9)."""

    ORDINARY = "ordinary"
    SENSITIVE = "sensitive"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tag:
    """A word that the team puts on people."""

    id: TagId
    name: str
    sensitivity: Sensitivity


class TieKind(StrEnum):
    """What one is to another, read from the first to the second."""

    PARTNER = "partner"
    PARENT = "parent"
    RELATIVE = "relative"
    EMPLOYEE = "employee"
    CONTACT = "contact"
    MEMBER = "member"
    TEACHER = "teacher"
    COORDINATOR = "coordinator"
    TREASURER = "treasurer"
    SELLER = "seller"
    RECRUITED_BY = "recruited-by"


@dataclass(frozen=True, kw_only=True, slots=True)
class Tie:
    """A relation between two people, or of one with a group, a school, a firm."""

    id: TieId
    person_id: PersonId
    other_id: PersonId
    kind: TieKind
    since_on: date | None
    until_on: date | None


class DifferenceState(StrEnum):
    """What became of a statement that did not agree with what we hold."""

    OPEN = "open"
    TAKEN = "taken"
    KEPT = "kept"


class Hurdle(StrEnum):
    """Why what was said has no place on that record, whatever a colleague decides."""

    OF_ANOTHER = "of-another"
    IS_A_PERSON = "is-a-person"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """Someone, or some file, said otherwise than we hold: both stand here until a person decides."""

    id: DifferenceId
    person_id: PersonId
    field: str
    held: Mapping[str, Any]
    said: Mapping[str, Any]
    source: str
    statement: Mapping[str, Any]
    said_at: datetime
    state: DifferenceState
    decided_at: datetime | None = None
    decided_by: AccountId | None = None
    change_id: int | None = None
