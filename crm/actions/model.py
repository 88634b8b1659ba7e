"""The nouns of actions: a call (petition, event, urgent action), and what people did about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from crm.people.model import Sensitivity
from crm.values.identifiers import AccountId, CallId, ContentId, PersonId, RegistrationId, SignatureId
from crm.values.languages import Language

LONGEST_CODE: Final = 80
LONGEST_TITLE: Final = 300
LONGEST_URL: Final = 1000
LONGEST_COMMENT: Final = 2000
MOST_SEATS: Final = 50


class CallKind(StrEnum):
    """What people are called to do."""

    PETITION = "petition"
    EVENT = "event"
    URGENT_ACTION = "urgent-action"


class RegistrationState(StrEnum):
    """Where a registration stands."""

    REGISTERED = "registered"
    CANCELLED = "cancelled"
    ATTENDED = "attended"


class DeedKind(StrEnum):
    """How somebody took an urgent action."""

    LETTER = "letter"
    EMAIL = "e-mail"
    PHONE = "phone"
    SOCIAL_MEDIA = "social-media"
    IN_PERSON = "in-person"
    OTHER = "other"


class DeliveryState(StrEnum):
    """Where a list of signatures stands."""

    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    MADE = "made"
    """It has left as a file, and nobody has said yet that it was handed over."""
    DELIVERED = "delivered"
    DROPPED = "dropped"
    """It was not handed over after all: its signatures wait again."""


class Handing(StrEnum):
    """Whether one signature may be handed over, or was."""

    KEPT = "kept"
    WAITS = "waits"
    FROZEN = "frozen"
    """It may be, and is not as long as the signer's data are frozen."""
    IN_LIST = "in-list"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    WITHDRAWN_LATE = "withdrawn-late"
    """The leave was taken back after it was used."""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewCall:
    """A petition, event or urgent action to put on the list; `code` names it, once per kind.

    `content_id` is the number of the same thing in the library of contents, None where it is not there. Who acts on a
    sensitive one tells an opinion (GDPR art. 9): reads of their names are noted.
    """

    kind: CallKind
    code: str
    title: str
    language: Language
    url: str = ""
    sensitivity: Sensitivity = Sensitivity.SENSITIVE
    content_id: ContentId | None = None
    closes_on: date | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    place: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(NewCall):
    """A call of the list."""

    id: CallId
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class NewSignature:
    """A signature that arrives. `deliver` is "hand my name over", in the words of `delivery_words`.

    It never means "write to me": that is a consent of a purpose, in the ledger of consent.
    """

    petition_id: CallId
    person_id: PersonId
    signed_at: datetime
    source: str = ""
    comment: str = ""
    deliver: bool = False
    delivery_words: str = ""
    delivery_language: Language = Language.FR


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """One person under one petition. `recorded_person_id` never changes, whoever they are merged with."""

    id: SignatureId
    petition_id: CallId
    person_id: PersonId
    recorded_person_id: PersonId
    signed_at: datetime
    recorded_at: datetime
    source: str
    comment: str
    deliver: bool
    """Whether their name may be handed over, by the last they said."""
    delivery_words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signed:
    """What came of signing. A second signature is no other: `signature` is then the first, `is_new` False.

    Whether their name may be handed over is asked each time, and the last word stands.
    """

    signature: Signature
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class SignatureDelivery:
    """A list of signatures that is to be handed over, or was; the file itself is not kept."""

    id: int
    petition_id: CallId
    recipient: str
    state: DeliveryState
    people: int
    asked_by: AccountId
    decided_by: AccountId | None
    made_by: AccountId | None
    at: datetime
    """When it left; until then, when it was asked for."""
    sha256: str
    delivered_on: date | None
    purge_on: date | None
    purged_on: date | None
    task_id: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRegistration:
    """Somebody who will come, with so many seats (their own included)."""

    event_id: CallId
    person_id: PersonId
    at: datetime
    seats: int = 1
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Registration:
    """One person at one event."""

    id: RegistrationId
    event_id: CallId
    person_id: PersonId
    seats: int
    state: RegistrationState
    source: str
    registered_at: datetime
    changed_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Registered:
    """What came of registering: the registration as it stands, and whether anything changed."""

    registration: Registration
    is_new: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Deed:
    """One urgent action that somebody took, one way, at one moment."""

    action_id: CallId
    person_id: PersonId
    kind: DeedKind
    done_at: datetime
    source: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Tally:
    """The figures of one call, merged people counted once.

    `people` who acted (cancelled registrations left out); `to_deliver` signatures may be handed over and were not yet,
    `delivered` were, of `withdrawn` the leave was taken back, of `withdrawn_late` after it was used; `seats` are taken
    by those who come or came, `attended` of them came; `deeds` counts each way and time an urgent action was taken.
    """

    people: int = 0
    to_deliver: int = 0
    delivered: int = 0
    withdrawn: int = 0
    withdrawn_late: int = 0
    seats: int = 0
    attended: int = 0
    deeds: int = 0
    last_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class CallPage:
    """One page of the list, newest first, with its figures. `next_after` opens the following page."""

    calls: tuple[Call, ...]
    tallies: Mapping[CallId, Tally]
    total: int
    next_after: CallId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Participation:
    """What one person did about one call, as lists show it."""

    id: int
    call_id: CallId
    person_id: PersonId
    at: datetime
    source: str
    handing: Handing | None = None
    comment: str = ""
    state: RegistrationState | None = None
    seats: int | None = None
    deed: DeedKind | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ParticipationPage:
    """One page of those who acted, newest first."""

    participations: tuple[Participation, ...]
    next_after: int | None
