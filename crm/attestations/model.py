"""Nouns of tax attestations. Amounts are integer cents, days are Belgian."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from crm.values.identifiers import AccountId, AttestationId, GiftId, PersonId, RunId
from crm.values.languages import Language


class MissingNumber(StrEnum):
    """What a missing number does in a year: no attestation, one with a warning, one."""

    BLOCK = "block"
    WARN = "warn"
    ALLOW = "allow"


class FiscalKind(StrEnum):
    """Who gives for the administration: a human being, or a body with an enterprise number."""

    PERSON = "person"
    ENTERPRISE = "enterprise"


class Exclusion(StrEnum):
    """Why a payment is on no attestation."""

    NOT_DEDUCTIBLE = "not-deductible"
    TAKEN_BACK = "taken-back"
    TEST = "test"
    UNAPPROVED = "unapproved"
    BELOW = "below"
    NAMELESS = "nameless"
    HOMELESS = "homeless"
    ABROAD_UNKNOWN = "abroad-unknown"
    NUMBERLESS = "numberless"
    NUMBER_WRONG = "number-wrong"
    ATTESTED_ALREADY = "attested-already"


class Stage(StrEnum):
    """How far a run is."""

    DRAFT = "draft"
    CHECKED = "checked"
    LOCKED = "locked"
    ISSUED = "issued"
    FILED = "filed"


class Status(StrEnum):
    """What a document is worth today."""

    VALID = "valid"
    REPLACED = "replaced"
    CANCELLED = "cancelled"


class HandWay(StrEnum):
    """How a paper, or a copy of it, went to whom it is about.

    `MISSED` is a wrong proof at the door of the mail's link; it hands nothing over.
    """

    MAIL = "mail"
    REMINDER = "reminder"
    LINK = "link"
    SPACE = "space"
    POST = "post"
    STAFF = "staff"
    MISSED = "missed"


class SealFlaw(StrEnum):
    """Why the certificate of the electronic seal cannot serve."""

    MISSING = "missing"
    UNREADABLE = "unreadable"
    EARLY = "early"
    OVER = "over"


class Operation(StrEnum):
    """What a line of a file asks of the administration (zone 2.028)."""

    ORIGINAL = "0"
    MODIFY = "1"
    ADD = "2"
    CANCEL = "3"


class Format(StrEnum):
    """In which form the administration is told."""

    BELCOTAX_XML_2024 = "belcotax-xml-2024"
    BELCOTAX_XML = "belcotax-xml"
    BELCOTAX_JSONL = "belcotax-jsonl"
    CSV = "csv"


@dataclass(frozen=True, kw_only=True, slots=True)
class YearRules:
    """What holds for the gifts of one calendar year. `legal_item` is zone 2.045, the natures are values of 2.030.

    The approval is what of it is known; without one nothing is attested. `sentences` are those of the law where that
    year has others than the house knows, by `wording.SENTENCES`.
    """

    year: int
    threshold_cents: int
    rate_percent: int
    due_on: date
    missing_number: MissingNumber
    approved_from_on: date | None = None
    approved_until_on: date | None = None
    nature_person: str = "1"
    nature_enterprise: str = "2"
    legal_item: str = ""
    sentences: Mapping[str, str] = field(default_factory=dict)

    def approves(self, day: date) -> bool:
        """Whether the institution was approved on that day."""
        if self.approved_from_on is None:
            return False
        return self.approved_from_on <= day and (self.approved_until_on is None or day <= self.approved_until_on)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """Rules that somebody proposed; `decided_at` is None while they wait for a second person."""

    id: int
    rules: YearRules
    proposed_at: datetime
    proposed_by: AccountId
    decided_at: datetime | None
    decided_by: AccountId | None
    is_accepted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    """A line of a gift of the year, as it stands. `cents` is what was meant, `net_cents` what stays."""

    line_id: int
    gift_id: GiftId
    person_id: PersonId
    given_on: date
    cents: int
    net_cents: int
    is_deductible: bool
    is_test: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """An address as the administration wants it: street with number and box in one line."""

    street: str
    postcode: str
    locality: str
    country: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Identity:
    """Who somebody is for the administration. `name` is a surname or the name of a body."""

    person_id: PersonId
    kind: FiscalKind
    name: str
    first_name: str
    language: Language
    enterprise_number: str
    home: Home | None
    has_number: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Declared:
    """What was said of somebody for the administration alone; an empty part is as we know it otherwise."""

    kind: FiscalKind
    name: str = ""
    first_name: str = ""
    enterprise_number: str = ""
    language: Language | None = None
    given_to: PersonId | None = None


class AskWay(StrEnum):
    """How somebody is asked for their number next. `WAITING`: it was just done; `EXHAUSTED`: nothing is left to try."""

    MAIL = "mail"
    LETTER = "letter"
    PHONE = "phone"
    WAITING = "waiting"
    EXHAUSTED = "exhausted"


@dataclass(frozen=True, kw_only=True, slots=True)
class Efforts:
    """What was tried so far to get a number."""

    mails: int
    letters: int
    calls: int
    last_on: date | None

    @property
    def count(self) -> int:
        return self.mails + self.letters + self.calls


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Somebody whose number is missing: what they gave so far this year, what was tried, and what comes next."""

    person_id: PersonId
    kind: FiscalKind
    cents: int
    efforts: Efforts
    way: AskWay


@dataclass(frozen=True, kw_only=True, slots=True)
class Excluded:
    """A payment that is on no attestation, and why."""

    payment: Payment
    holder_id: PersonId
    reason: Exclusion


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """An attestation somebody is owed: from which payments, and whether their number is missing."""

    identity: Identity
    payments: tuple[Payment, ...]
    lacks_number: bool

    @property
    def cents(self) -> int:
        return sum(payment.net_cents for payment in self.payments)


@dataclass(frozen=True, kw_only=True, slots=True)
class Findings:
    """What a check finds: what is owed, in the order in which it is numbered, and what is left out."""

    year: int
    owed: tuple[Owed, ...]
    excluded: tuple[Excluded, ...]

    @property
    def cents(self) -> int:
        return sum(one.cents for one in self.owed)

    @property
    def lacking(self) -> int:
        """How many are owed an attestation and have not given their number."""
        return sum(one.lacks_number for one in self.owed)

    @property
    def reasons(self) -> Mapping[Exclusion, tuple[int, int]]:
        """By reason: how many payments, and what of them stays, in cents."""
        counts: Counter[Exclusion] = Counter()
        cents: Counter[Exclusion] = Counter()
        for one in self.excluded:
            counts[one.reason] += 1
            cents[one.reason] += one.payment.net_cents
        return {reason: (counts[reason], cents[reason]) for reason in Exclusion if counts[reason]}


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """A pass over a year: the yearly one, and each later one for those found afterwards."""

    id: RunId
    year: int
    stage: Stage
    count: int
    cents: int
    opened_at: datetime
    checked_at: datetime | None
    locked_at: datetime | None
    issued_at: datetime | None
    filed_at: datetime | None
    handed_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Attestation:
    """A version of a number. What it says lies sealed beside it while it `is_kept`; `code` is typed to verify it."""

    id: AttestationId
    run_id: RunId
    year: int
    number: int
    version: int
    status: Status
    person_id: PersonId
    cents: int
    code: str
    fiche_key: str
    has_number: bool
    locked_at: datetime
    issued_at: datetime | None
    problem: str
    reason: str
    is_kept: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Fiche:
    """What is told to the administration, by zone number, complete and uncut; and what the paper says."""

    zones: Mapping[str, str]
    page: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Handing:
    """One time that a paper was handed over; a copy is marked as such on its page."""

    attestation_id: AttestationId
    way: HandWay
    is_copy: bool
    at: datetime
    by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Piles:
    """The valid papers of a year by how far their handing over is; each is counted once."""

    unmade: int
    held: int
    mailed: int
    by_mail: int
    by_post: int
    by_neither: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Progress:
    """How far the papers of a run are."""

    made: int
    waiting: int
    failed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Filing:
    """A file that was made for the administration."""

    id: int
    year: int
    format: Format
    is_correction: bool
    count: int
    cents: int
    made_at: datetime
    made_by: AccountId | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Something the administration said of a fiche (`number` 0: of the whole file)."""

    number: int
    line: int | None
    level: str
    said: str
    read_at: datetime
