"""Nouns of plans and mandates. Amounts are integer cents of euro, days are Belgian, a month is its first day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.donations.model import GENERAL
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, MandateId, MandatePaperId, PersonId, PlanId

NOBODY = "-"
"""The origin of a plan that no supplier brought: it came by itself, or by the house."""


class Way(StrEnum):
    """How the money of a plan comes: we ask the bank for it, or the bank sends it by itself."""

    DIRECT_DEBIT = "direct-debit"
    STANDING_ORDER = "standing-order"


class EventKind(StrEnum):
    """What happens to a plan."""

    SIGN = "sign"
    UPGRADE = "upgrade"
    DOWNGRADE = "downgrade"
    CHANGE = "change"
    ACCOUNT = "account"
    MANDATE = "mandate"
    PAUSE = "pause"
    RESUME = "resume"
    REVIVE = "revive"
    CANCEL = "cancel"
    FAILED = "failed"


class Channel(StrEnum):
    """By which way somebody said so."""

    STREET = "street"
    PHONE = "phone"
    LETTER = "letter"
    MAIL = "mail"
    WEBSITE = "website"
    VISIT = "visit"
    BANK = "bank"
    IMPORT = "import"


class EndReason(StrEnum):
    """Why a plan ended."""

    MONEY = "money"
    DISAGREES = "disagrees"
    MOVED = "moved"
    UNEXPLAINED = "unexplained"
    REPLACED = "replaced"
    DECEASED = "deceased"
    BANK = "bank"
    MISTAKE = "mistake"


class Pause(StrEnum):
    """Whether a plan pauses, and whether because a bank refused its instalments."""

    NONE = "running"
    REFUSED = "refused"
    OTHER = "other"


class PlanState(StrEnum):
    """Where a plan stands on a day."""

    ACTIVE = "active"
    PAUSED = "paused"
    ENDED = "ended"


@dataclass(frozen=True, kw_only=True, slots=True)
class NewMandate:
    """A mandate that was signed. `reference` empty: the house gives one.

    `proof` says where the signed paper is. `last_collected_on`: what whoever held it before us collected last.
    """

    person_id: PersonId
    account: Iban
    holder: str
    signed_on: date
    reference: str = ""
    bic: str = ""
    proof: str = ""
    source: str = ""
    last_collected_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Mandate:
    """What lets us ask somebody's bank for money. The account is sealed; `tail` is its end."""

    id: MandateId
    person_id: PersonId
    reference: str
    holder: str
    tail: str
    bic: str
    signed_on: date
    proof: str
    source: str
    last_collected_on: date | None
    ended_on: date | None
    recorded_at: datetime
    recorded_by: AccountId | None


class PaperKind(StrEnum):
    """What a scan of a signed paper is, by what stands in it."""

    PDF = "pdf"
    JPEG = "jpeg"
    PNG = "png"


ENDINGS = {PaperKind.PDF: "pdf", PaperKind.JPEG: "jpg", PaperKind.PNG: "png"}
TYPES = {PaperKind.PDF: "application/pdf", PaperKind.JPEG: "image/jpeg", PaperKind.PNG: "image/png"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A scan of the paper that was signed. `token` names its file, which is sealed."""

    id: MandatePaperId
    mandate_id: MandateId
    token: str
    kind: PaperKind
    size: int
    added_at: datetime
    added_by: AccountId | None


class Amended(StrEnum):
    """What of a mandate was changed; the bank is told with the next collection."""

    ACCOUNT = "account"
    REFERENCE = "reference"


@dataclass(frozen=True, kw_only=True, slots=True)
class Amendment:
    """A change of a mandate. `before` is its reference, or the end of its account, as they were."""

    id: int
    mandate_id: MandateId
    kind: Amended
    before: str
    made_on: date
    told_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Terms:
    """How much, how often, on which day: every `every_months`, counted from `first_month_on`.

    `fee_cents` is the part that is a membership fee, fixed beforehand.
    """

    cents: int
    anchor_day: int
    first_month_on: date
    every_months: int = 1
    fee_cents: int = 0

    @property
    def yearly_cents(self) -> int:
        return self.cents * 12 // self.every_months


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """Terms from a day on, until the next version's. `announced_on`: when they were told of it, and by which way.

    A way without a day: it was tried, and reached nobody.
    """

    effective_on: date
    terms: Terms
    announced_on: date | None = None
    announced_by: Channel | None = None
    recorded_at: datetime | None = None
    recorded_by: AccountId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """Something that happened to a plan. `delta_cents` is what it changes in a year."""

    kind: EventKind
    on: date
    until_on: date | None = None
    delta_cents: int = 0
    reason: str = ""
    note: str = ""
    channel: Channel | None = None
    recorded_at: datetime | None = None
    recorded_by: AccountId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Standing:
    """The events of a plan, folded: from when to when it pauses, and when it ended."""

    paused_from_on: date | None = None
    paused_until_on: date | None = None
    ended_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Due:
    """One instalment: its period (`2026-05`), its day, what is asked."""

    period: str
    due_on: date
    cents: int
    fee_cents: int
    announced_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewPlan:
    """A promise to give. Without `mandate_id` it is a standing order.

    `supplier` and `supplier_reference`: who brought it and what they call it, so that twice is once.
    """

    person_id: PersonId
    terms: Terms
    started_on: date
    channel: Channel
    mandate_id: MandateId | None = None
    fund: str = GENERAL
    source_code: str = ""
    supplier: str = ""
    supplier_reference: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """What somebody promised, as it stands."""

    id: PlanId
    person_id: PersonId
    mandate_id: MandateId | None
    started_on: date
    standing: Standing
    terms: Terms
    fund: str
    source_code: str
    supplier: str
    supplier_reference: str
    version: int
    recorded_at: datetime
    recorded_by: AccountId | None

    @property
    def way(self) -> Way:
        return Way.STANDING_ORDER if self.mandate_id is None else Way.DIRECT_DEBIT


@dataclass(frozen=True, kw_only=True, slots=True)
class WholePlan:
    """A plan with all that belongs to it."""

    plan: Plan
    versions: tuple[Version, ...]
    events: tuple[Event, ...]
    mandate: Mandate | None
    amendments: tuple[Amendment, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which plans a list shows, as they stand on a day; None asks for nothing in particular."""

    on: date
    state: PlanState | None = None
    way: Way | None = None
    least_cents: int | None = None
    supplier: str = ""
    person_id: PersonId | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the plans of a list come to: how many, of how many people, and their cents in a year."""

    plans: int = 0
    people: int = 0
    yearly_cents: int = 0
    suppliers: tuple[str, ...] = field(default=())
