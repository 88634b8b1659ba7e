"""The nouns of correspondence: who writes, what a visitor asks, and what a link does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from crm.consent.model import Notice, Purpose
from crm.foundation.settings import Mail, Organisation
from crm.foundation.signing import AddressHasher, LinkSigner, Sealer
from crm.people.model import ContactPoint, Person
from crm.values.email_address import EmailAddress
from crm.values.identifiers import DeliveryId
from crm.values.languages import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """Where letters are written: in whose name, under which addresses, with which seals."""

    organisation: Organisation
    mail: Mail
    public_url: str
    links: LinkSigner
    sealer: Sealer
    addresses: AddressHasher


class SaidAge(StrEnum):
    """What somebody says of their age when they sign up. Of a child under 13 nothing is kept at all."""

    ADULT = "18+"
    TEEN = "13-17"


@dataclass(frozen=True, kw_only=True, slots=True)
class SignUp:
    """What a visitor asks. `words` holds, for each purpose they ticked, the exact text that stood beside the box.

    `patient`: they came by waiting, while others had to show their work.
    """

    email: EmailAddress
    first_name: str
    language: Language
    words: Mapping[str, str]
    age: SaidAge = SaidAge.ADULT
    patient: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Reader:
    """Whom a link speaks of: a person at one of their addresses, and what they were sent (if it came in a mail)."""

    person: Person
    point: ContactPoint
    purpose: str = ""
    delivery_id: DeliveryId | None = None

    @property
    def masked_address(self) -> str:
        """Enough for the reader to recognise, not enough for a passer-by to write to."""
        return EmailAddress(text=self.point.value, normal=self.point.value).masked


class LinkState(StrEnum):
    """What a confirmation link can still do."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    OVERTAKEN = "overtaken"


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """One wish behind a confirmation link, in the words shown when it was made."""

    event_id: int
    purpose: Purpose
    notice: Notice | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Opened:
    """A confirmation link, looked at: nothing is changed by looking.

    `wishes` are those of the letter that may still be confirmed (or were, when `state` is confirmed). `others` are open
    wishes of the same reader that no letter was sent for: the page offers them unticked.
    """

    reader: Reader
    state: LinkState
    wishes: tuple[Request, ...]
    others: tuple[Request, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Choice:
    """One purpose on the preference page, as things stand."""

    purpose: Purpose
    is_on: bool
    awaits_confirmation: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Changes:
    """What a visit to the preference page changed. `asked` waits for a letter; `letter_left` says if one was owed.

    `fields` of their file were written; those `waiting` are read by a colleague first.
    """

    stopped: tuple[Purpose, ...] = ()
    asked: tuple[Purpose, ...] = ()
    letter_left: bool = False
    fields: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    is_paced: bool = False

    @property
    def is_empty(self) -> bool:
        return not (self.stopped or self.asked or self.fields or self.waiting or self.is_paced)
