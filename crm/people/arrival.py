"""The nouns of whoever arrives: what is said of them, whom we know, and what the one comes to beside the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.people.model import ExternalId, OrganisationKind, Person, PersonKind, Title
from crm.people.rules import typed_number
from crm.values.email_address import EmailAddress
from crm.values.folding import folded
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import PostalAddress

UNDATED = "undated"
"""What is noted of a death of which nobody says the day."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Arrival:
    """What is said of someone. Empty means that nothing is said, never that there is nothing.

    `presumed_language` is of newcomers who say none: it never differs from what we hold. `said_by`: who says it today;
    empty for a file, which may be old.
    """

    first_name: str = ""
    last_name: str = ""
    organisation_name: str = ""
    organisation_kind: OrganisationKind | None = None
    enterprise_number: str = ""
    title: Title = Title.NONE
    language: Language | None = None
    presumed_language: Language | None = None
    birth_on: date | None = None
    member_number: str = ""
    email: EmailAddress | None = None
    more_emails: tuple[EmailAddress, ...] = ()
    phones: tuple[PhoneNumber, ...] = ()
    address: PostalAddress | None = None
    external_ids: tuple[ExternalId, ...] = ()
    died: bool = False
    died_on: date | None = None
    said_by: str = ""

    @property
    def emails(self) -> tuple[EmailAddress, ...]:
        """Every address of theirs; what they say of a mailbox is of `email`, the first."""
        return (self.email, *self.more_emails) if self.email else self.more_emails

    @property
    def number(self) -> str:
        """The member number as it is compared."""
        return typed_number(self.member_number) if self.member_number else ""

    def tongue(self, house: Language) -> Language:
        """The language of a newcomer, where the house speaks `house`."""
        return self.language or self.presumed_language or house

    @property
    def is_name_alone(self) -> bool:
        """Nothing tells them from others of that name but whose contact they are; both names are said."""
        return not (self.emails or self.phones or self.external_ids or self.number or self.address) and bool(
            self.first_name and self.last_name
        )

    @property
    def is_number_alone(self) -> bool:
        """Nothing is said but a member number: nobody can be made of it."""
        others = self.words or self.email or self.phones or self.address or self.external_ids
        return bool(self.number) and not others

    @property
    def words(self) -> frozenset[str]:
        """The words of the name as names are compared."""
        return frozenset(folded(f"{self.first_name} {self.last_name} {self.organisation_name}").split())

    @property
    def kind(self) -> PersonKind:
        """An organisation where nobody is named in it."""
        is_one = bool(self.organisation_name) and not self.last_name
        return PersonKind.ORGANISATION if is_one else PersonKind.INDIVIDUAL

    @property
    def organisation_key(self) -> str:
        """An organisation's name as names are compared, a key of its own; empty for a person."""
        return whole_name(self) if self.kind is PersonKind.ORGANISATION else ""


def whole_name(one: Arrival | Person) -> str:
    """All their names as names are compared, in their order."""
    return " ".join(folded(f"{one.first_name} {one.last_name} {one.organisation_name}").split())


@dataclass(frozen=True, kw_only=True, slots=True)
class Noted:
    """A difference that waits for a person, or about which they kept what we hold."""

    field: str
    said: str
    held: str = ""
    source: str = ""
    is_open: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Known:
    """Somebody we know, with all that an arrival is compared to; ended contact points and addresses too.

    `numbers`, `enterprise_numbers`: of those who were merged into them. `homes`: the letter boxes that have not ended.
    `noted`: differences that were noted before and were not taken.
    """

    person: Person
    numbers: frozenset[str] = frozenset()
    enterprise_numbers: frozenset[str] = frozenset()
    letter_boxes: frozenset[str] = frozenset()
    homes: frozenset[str] = frozenset()
    has_address: bool = False
    external_ids: frozenset[tuple[str, str]] = frozenset()
    emails: frozenset[str] = frozenset()
    phones: frozenset[str] = frozenset()
    noted: frozenset[Noted] = frozenset()

    @property
    def enterprises(self) -> frozenset[str]:
        """The enterprise number they bear, and those that led to them before a merge."""
        return self.enterprise_numbers | ({self.person.enterprise_number} - {""})

    @property
    def words(self) -> frozenset[str]:
        return frozenset(
            folded(f"{self.person.first_name} {self.person.last_name} {self.person.organisation_name}").split()
        )

    @property
    def organisation_key(self) -> str:
        """The name under which an organisation is found; empty for a person."""
        return whole_name(self.person) if self.person.kind is PersonKind.ORGANISATION else ""


class By(StrEnum):
    """The strong key by which somebody was recognised."""

    EXTERNAL_ID = "external-id"
    ENTERPRISE_NUMBER = "enterprise-number"
    MEMBER_NUMBER = "member-number"
    EMAIL_AND_NAME = "email-and-name"
    EMAIL = "email"
    PHONE_AND_NAME = "phone-and-name"
    LETTER_BOX_AND_NAME = "letter-box-and-name"
    ORGANISATION_NAME = "organisation-name"


class Doubt(StrEnum):
    """Why nobody but a person can say who this is."""

    KEYS_DISAGREE = "keys-disagree"
    NUMBER_OF_ANOTHER = "number-of-another"
    NUMBER_LIKE_OURS = "number-like-ours"
    EMAIL_OF_ANOTHER = "email-of-another"
    NAMESAKE = "namesake"
    SEVERAL_ALIKE = "several-alike"
    DECEASED = "deceased"


class Verdict(StrEnum):
    """What an arrival comes to."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REVIEW = "review"


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """One field that is said otherwise than we hold it; both as texts. An address brings its parts too."""

    field: str
    held: str
    said: str
    parts: tuple[tuple[str, str], ...] = ()

    @property
    def as_noted(self) -> dict[str, str]:
        """What was said as it is kept: a text that people read cannot be read back into an address for sure."""
        return dict(self.parts) if self.parts else {"text": self.said}


@dataclass(frozen=True, kw_only=True, slots=True)
class Landing:
    """What an arrival comes to: whom it is about, what is added, what differs. `known` is None for somebody new.

    In doubt nothing is added: `doubt` says why. Differences never stop what can be added.
    """

    verdict: Verdict
    known: Known | None = None
    by: By | None = None
    doubt: Doubt | None = None
    fields: tuple[tuple[str, str], ...] = ()
    emails: tuple[EmailAddress, ...] = ()
    phones: tuple[PhoneNumber, ...] = ()
    address: PostalAddress | None = None
    external_ids: tuple[ExternalId, ...] = ()
    differences: tuple[Difference, ...] = ()
