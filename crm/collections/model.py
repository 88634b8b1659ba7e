"""Nouns of collections. Amounts are integer cents of euro, days are Belgian."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, CollectionId, GiftId, MandateId, PersonId, PlanId, SepaBatchId


class Schema(StrEnum):
    """The versions of the file that banks take."""

    V02 = "pain.008.001.02"
    V08 = "pain.008.001.08"


class Sequence(StrEnum):
    """Whether a mandate serves for the first time."""

    FIRST = "FRST"
    RECURRENT = "RCUR"


class CollectionState(StrEnum):
    """Where an instalment stands: to be asked (again), asked, received, gone back, given up."""

    OPEN = "open"
    ASKED = "asked"
    RECEIVED = "received"
    RETURNED = "returned"
    GIVEN_UP = "given-up"


class AttemptState(StrEnum):
    """Where one asking stands."""

    ASKED = "asked"
    DROPPED = "dropped"
    REJECTED = "rejected"
    SETTLED = "settled"
    RETURNED = "returned"


class BatchState(StrEnum):
    """Where a file stands: made by one, approved by another, gone to the bank, settled; or thrown away."""

    MADE = "made"
    APPROVED = "approved"
    SENT = "sent"
    SETTLED = "settled"
    DROPPED = "dropped"


class LeftOut(StrEnum):
    """Why an instalment that fell due is not asked."""

    NOT_ANNOUNCED = "not-announced"
    TOO_SOON = "too-soon"
    MANDATE_OVER = "mandate-over"
    NO_ACCOUNT = "no-account"
    DECEASED = "deceased"
    WAITS = "waits"


@dataclass(frozen=True, kw_only=True, slots=True)
class Creditor:
    """Who asks: as the bank knows us."""

    name: str
    creditor_id: str
    account: str
    bic: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Asking:
    """One collection of a file, as the bank is told of it. `was_reference`, `is_new_account`, `was_creditor_id`,
    `was_creditor`: what was amended, on their side and on ours.
    """

    end_to_end_id: str
    sequence: Sequence
    cents: int
    reference: str
    signed_on: date
    holder: str
    account: str
    bic: str
    period: str
    was_reference: str = ""
    is_new_account: bool = False
    was_creditor_id: str = ""
    was_creditor: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Header:
    """What a file says of itself."""

    message_id: str
    schema: Schema
    collect_on: date
    made_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A file of collections."""

    id: SepaBatchId
    header: Header
    count: int
    cents: int
    state: BatchState
    made_by: AccountId | None
    approved_at: datetime | None
    approved_by: AccountId | None
    sent_at: datetime | None
    sent_by: AccountId | None
    settled_on: date | None
    digest: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Prospect:
    """What a file of a day would hold, and what it would leave out and why."""

    count: int = 0
    cents: int = 0
    left_out: dict[LeftOut, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Attempt:
    """One asking of an instalment."""

    number: int
    batch_id: SepaBatchId
    collect_on: date
    end_to_end_id: str
    sequence: Sequence
    state: AttemptState
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Collected:
    """An instalment with its askings."""

    id: CollectionId
    plan_id: PlanId
    mandate_id: MandateId
    person_id: PersonId
    period: str
    due_on: date
    cents: int
    state: CollectionState
    retry_on: date | None
    gift_id: GiftId | None
    reason: str
    attempts: tuple[Attempt, ...] = ()


class Deed(StrEnum):
    """What a reason for which money did not come, or went back, leads to."""

    RETRY = "retry"
    ASK = "ask"
    STOP = "stop"
    LET_GO = "let-go"


class Errand(StrEnum):
    """What is left for a person to do."""

    NONE = "none"
    CALL = "call"
    DECEASED = "deceased"
    HOLDER = "holder"
    NEW_MANDATE = "new-mandate"
    OURS = "ours"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReasonRule:
    """What a code of the bank leads to, from a day on."""

    code: str
    deed: Deed
    errand: Errand
    valid_from_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Seen:
    """A line of the bank, as much of it as settles or undoes a collection. `key` is the line's own name, for ever.

    `references`: all by which the bank may call a file or a collection of ours.
    """

    key: str
    booked_on: date
    cents: int
    value_on: date | None = None
    executed_on: date | None = None
    references: tuple[str, ...] = ()
    end_to_end_id: str = ""
    mandate: str = ""
    is_return: bool = False
    reason: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Outcome:
    """What a line did: one collection's gift and giver, or a whole file (`gifts` of them).

    `is_unclear`: nothing, since it may mean several equal instalments: a colleague chooses.
    """

    gifts: int
    person_id: PersonId | None = None
    gift_id: GiftId | None = None

    @property
    def is_unclear(self) -> bool:
        return self.gifts == 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Awaited:
    """A collection of a file that the bank has not answered to yet."""

    end_to_end_id: str
    plan_id: PlanId
    person_id: PersonId
    due_on: date
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Out:
    """A file that has left, with what is still awaited of it: how many collections, and their cents."""

    batch: Batch
    count: int
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Rejection:
    """A collection that the bank did not take, as a pain.002 says."""

    end_to_end_id: str
    reason: str
