"""The nouns of delivery: a mailing, what each reader is owed, and what happened to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from crm.values.identifiers import (
    AccountId,
    BodyId,
    ContactPointId,
    DeliveryId,
    EditionId,
    MailingId,
    PersonId,
)
from crm.values.languages import Language


class MailingKind(StrEnum):
    """An edition goes to many, a letter to one at a time."""

    EDITION = "edition"
    LETTER = "letter"


class MailingState(StrEnum):
    """Whether a mailing's mails may leave."""

    RUNNING = "running"
    PAUSED = "paused"
    CANCELLED = "cancelled"
    DONE = "done"


class DeliveryState(StrEnum):
    """Where one reader's mail stands.

    planned > claimed > attempting > accepted | deferred (> planned again) | refused | uncertain.
    `withheld`: the last look at consent (or a suppression) said no. `uncertain`: the relay may have taken it; never
    sent again without proof or a person's word. `replanning`: goes back to the planner (a later selection).
    """

    PLANNED = "planned"
    CLAIMED = "claimed"
    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    CANCELLED = "cancelled"
    REPLANNING = "replanning"


WAITING = (DeliveryState.PLANNED, DeliveryState.CLAIMED, DeliveryState.ATTEMPTING, DeliveryState.REPLANNING)
"""The states in which a mail is still to leave, without a set-back so far."""


NEVER_LEFT = (DeliveryState.REFUSED, DeliveryState.WITHHELD, DeliveryState.CANCELLED)
"""The states in which a mail will not leave any more."""


class Reason(StrEnum):
    """Why a mail was withheld, put off, refused or is in doubt, beside the refusals of consent."""

    OTHER_LANGUAGE = "other-language"
    RELAY_BUSY = "relay-busy"
    CONNECTION_LOST = "connection-lost"
    RECIPIENT_REFUSED = "recipient-refused"
    SENDER_REFUSED = "sender-refused"
    CONTENT_REFUSED = "content-refused"
    ADDRESS_UNSUPPORTED = "address-unsupported"
    UNSAFE_MESSAGE = "unsafe-message"
    GAVE_UP = "gave-up"
    NO_ANSWER = "no-answer"
    SENDER_STOPPED = "sender-stopped"
    STILL_UNKNOWN = "still-unknown"


class EventKind(StrEnum):
    """What the delivery ledger records, append-only."""

    ATTEMPTING = "attempting"
    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    WITHHELD = "withheld"
    RECONCILED_ACCEPTED = "reconciled-accepted"
    RECONCILED_NOT_ACCEPTED = "reconciled-not-accepted"
    MARKED_ACCEPTED = "marked-accepted"
    SENT_AGAIN = "sent-again"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class OutcomeKind(StrEnum):
    """How one try over the wire ended. `untried`: the relay never heard of it, so that it does not count as a try."""

    ACCEPTED = "accepted"
    DEFERRED = "deferred"
    REFUSED = "refused"
    UNCERTAIN = "uncertain"
    UNTRIED = "untried"


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What the relay said. `reply` is its own words, made harmless; `queue_id` where it named one."""

    kind: OutcomeKind
    reason: str = ""
    reply: str = ""
    queue_id: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Headers:
    """What a mailing says in its headers; the same for all its readers. `list_*` empty on letters."""

    from_name: str
    from_address: str
    reply_to: str
    list_id: str = ""
    list_name: str = ""
    archive_url: str = ""
    subscribe_url: str = ""
    help_url: str = ""
    owner: str = ""
    feedback_id: str = ""
    auto_submitted: bool = False

    @property
    def is_list(self) -> bool:
        return bool(self.list_id)


@dataclass(frozen=True, kw_only=True, slots=True)
class Mailing:
    """One sending: an edition's, or the standing one of a kind of letter."""

    id: MailingId
    code: str
    kind: MailingKind
    purpose: str
    state: MailingState
    headers: Headers
    edition_id: EditionId | None
    created_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Body:
    """What a mailing says, in one language; prepared once, kept for the web version and for proof."""

    id: BodyId
    mailing_id: MailingId
    language: Language
    subject: str
    html: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Selected:
    """What readers with the same preferences get: a body of their own (`selection_id` says which), or the common."""

    selection_id: int
    body_id: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Delivery:
    """What one reader is owed. A test to a colleague has no person and no contact point."""

    id: DeliveryId
    mailing_id: MailingId
    body_id: BodyId
    person_id: PersonId | None
    contact_point_id: ContactPointId | None
    address: str
    state: DeliveryState
    reason: str
    attempts: int
    message_id: str
    reply: str
    next_attempt_at: datetime
    settled_at: datetime | None
    values: Mapping[str, str] = field(default_factory=dict)
    address_key: str = ""
    recorded_person_id: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """The public line of account: `recipients` equals the sum of everything else.

    `excluded` counts, by reason, those who were left out when the audience was frozen; they are no recipients.
    """

    recipients: int
    waiting: int
    accepted: int
    deferred: int
    refused: int
    withheld: int
    uncertain: int
    cancelled: int
    withheld_by_reason: Mapping[str, int] = field(default_factory=dict)
    excluded: Mapping[str, int] = field(default_factory=dict)

    @property
    def balances(self) -> bool:
        return self.recipients == (
            self.waiting
            + self.accepted
            + self.deferred
            + self.refused
            + self.withheld
            + self.uncertain
            + self.cancelled
        )

    @property
    def finished(self) -> bool:
        return self.waiting == 0 and self.deferred == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class MailingSummary:
    """A mailing with its account, as lists show it."""

    mailing: Mailing
    subject: str
    report: Report


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryPage:
    """A page of deliveries; `next_after` is None on the last one."""

    deliveries: tuple[Delivery, ...]
    total: int
    next_after: DeliveryId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeliveryEvent:
    """One line of a delivery's history."""

    delivery_id: DeliveryId
    attempt: int
    kind: EventKind
    at: datetime
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RefusedRecipient:
    """A recipient our own relay refused outright. `event_id` names this refusal for ever; `reply` are its words."""

    event_id: int
    delivery_id: DeliveryId
    address_key: str
    reply: str
    at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Switch:
    """May any mail leave at all? Closed by a person, with a reason."""

    is_open: bool
    reason: str = ""
    changed_at: datetime | None = None
    changed_by: AccountId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A mail that one worker holds. Whoever's `fence` is not the row's any more holds nothing."""

    id: DeliveryId
    fence: int
    mailing_id: MailingId
    body_id: BodyId
    priority: int
    attempts: int
    recorded_person_id: int
    person_id: PersonId | None
    contact_point_id: ContactPointId | None
    address: str
    address_key: str
    message_id: str
    values: Mapping[str, str] = field(default_factory=dict)
    first_name: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Recovered:
    """What was found abandoned: claims given back, and attempts whose end nobody saw."""

    given_back: int
    uncertain: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Reconciled:
    """What the relay's own log could tell about mails in doubt."""

    accepted: int
    planned_again: int
    still_uncertain: int


@dataclass(frozen=True, kw_only=True, slots=True)
class RelayLog:
    """What a relay's log proves: the mails it took (Message-ID to queue id) and the time it tells about."""

    accepted: Mapping[str, str]
    first_at: datetime | None
    last_at: datetime | None
