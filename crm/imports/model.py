"""The nouns of imports: a run, how its columns match, a row with its verdict, and what it changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NewType

from crm.imports.layout import Layout
from crm.values.identifiers import AccountId, PersonId

RunId = NewType("RunId", int)


class RunState(StrEnum):
    """Where an import stands. What ends in -ing goes on in the background, whoever closes a page."""

    READ = "read"
    CHECKING = "checking"
    CHECKED = "checked"
    APPLYING = "applying"
    APPLIED = "applied"
    UNDOING = "undoing"
    UNDONE = "undone"
    CANCELLED = "cancelled"

    @property
    def is_working(self) -> bool:
        return self in WORKING


WORKING = (RunState.CHECKING, RunState.APPLYING, RunState.UNDOING)


class RowVerdict(StrEnum):
    """What a row comes to: somebody new, something new of somebody known, nothing new, a question, a bad row."""

    CREATE = "create"
    UPDATE = "update"
    SAME = "same"
    REVIEW = "review"
    ERROR = "error"


class Reason(StrEnum):
    """Why a row comes to its verdict. `words.REASONS` says each in a sentence; some name a field or a row."""

    RAGGED = "ragged"
    LONG_CELL = "long-cell"
    LONG_LINE = "long-line"
    DAMAGED_LETTERS = "damaged-letters"
    CONTROL_CHARACTERS = "control-characters"
    CUT = "cut"
    NOT_EMAIL = "not-email"
    SEVERAL_EMAILS = "several-emails"
    FOR_ADDRESS = "for-address"
    ONE_A_ROW = "one-a-row"
    NOT_PHONE = "not-phone"
    NOT_DAY = "not-day"
    NOT_BIRTH = "not-birth"
    TWO_NAMES = "two-names"
    DAY_TO_COME = "day-to-come"
    TOO_YOUNG = "too-young"
    NOT_NAME = "not-name"
    NOT_ADDRESS = "not-address"
    NOT_LANGUAGE = "not-language"
    NOT_TITLE = "not-title"
    NOT_STATE = "not-state"
    NOT_PURPOSE = "not-purpose"
    NOT_COUNTRY = "not-country"
    NOT_NUMBER = "not-number"
    NOT_SILENCEABLE = "not-silenceable"
    TOO_LONG = "too-long"
    LACKING = "lacking"
    NOBODY = "nobody"
    UNKNOWN_PERSON = "unknown-person"
    KEYS_DISAGREE = "keys-disagree"
    NUMBER_OF_ANOTHER = "number-of-another"
    NUMBER_LIKE_OURS = "number-like-ours"
    EMAIL_OF_ANOTHER = "email-of-another"
    NAMESAKE = "namesake"
    SEVERAL_ALIKE = "several-alike"
    ORGANISATION_UNCLEAR = "organisation-unclear"
    ORGANISATION_NEW = "organisation-new"
    OF_ORGANISATION = "of-organisation"
    ORGANISATION_THERE = "organisation-there"
    TIED = "tied"
    NOT_ORGANISATION_KIND = "not-organisation-kind"
    NOT_TIE = "not-tie"
    ENTERPRISE_ALONE = "enterprise-alone"
    NOT_ENTERPRISE = "not-enterprise"
    NO_ORGANISATION = "no-organisation"
    NOT_HOUSEHOLD = "not-household"
    AT_HOME = "at-home"
    HOUSEHOLD_NAMED = "household-named"
    HOUSEHOLD_OTHERWISE = "household-otherwise"
    ENVELOPE_OTHERWISE = "envelope-otherwise"
    NOT_TAG = "not-tag"
    TAGS = "tags"
    TAGS_NEW = "tags-new"
    TAG_UNKNOWN = "tag-unknown"
    TAG_SENSITIVE = "tag-sensitive"
    DECEASED = "deceased"
    DIED = "died"
    DIFFERS = "differs"
    ADDS = "adds"
    ROW_BEFORE = "row-before"
    WENT_IN = "went-in"
    CONSENT = "consent"
    WITHDRAWAL = "withdrawal"
    OBJECTION = "objection"
    NOTHING_SAID = "nothing-said"
    NO_KEY = "no-key"
    NOBODY_KNOWN = "nobody-known"
    NOT_CHANNEL = "not-channel"
    NOT_FLAG = "not-flag"
    LEGACY = "legacy"
    NO_STANDS = "no-stands"
    NOT_CONFIRMED = "not-confirmed"
    SUPPRESSED = "suppressed"
    DIGEST = "digest"
    SIGNS = "signs"
    KEEPS_NAME = "keeps-name"
    KEEPS_SINCE = "keeps-since"
    HANDS_NAME = "hands-name"
    HANDS_SINCE = "hands-since"
    NOT_PETITION = "not-petition"
    FORGOTTEN = "forgotten"
    FAILED = "failed"
    NOT_AMOUNT = "not-amount"
    AMOUNT_UNCLEAR = "amount-unclear"
    NOT_MORE_THAN_NOUGHT = "not-more-than-nought"
    NOT_EURO = "not-euro"
    NOT_METHOD = "not-method"
    NOT_GIFT_KIND = "not-gift-kind"
    NOT_FUND = "not-fund"
    NOT_SOURCE = "not-source"
    GIVES = "gives"
    GIFT_THERE = "gift-there"
    GIFT_OTHERWISE = "gift-otherwise"
    GIFT_ALIKE = "gift-alike"
    NOT_ACCOUNT = "not-account"
    NOT_RHYTHM = "not-rhythm"
    NOT_PLAN_STATE = "not-plan-state"
    NOT_REFERENCE = "not-reference"
    NOT_DAY_OF_MONTH = "not-day-of-month"
    FEE_TOO_LARGE = "fee-too-large"
    MANDATE_ASLEEP = "mandate-asleep"
    PROMISES = "promises"
    PLAN_THERE = "plan-there"
    PLAN_OTHERWISE = "plan-otherwise"
    PLAN_ACCOUNT = "plan-account"
    PLAN_OF_ANOTHER = "plan-of-another"
    REFERENCE_TAKEN = "reference-taken"
    NOT_OUTCOME = "not-outcome"
    AMENDS = "amends"
    CANCELS = "cancels"
    NO_PLAN = "no-plan"
    PLAN_OVER = "plan-over"
    ACCOUNT_OTHERWISE = "account-otherwise"
    ACCOUNT_TAKEN = "account-taken"
    NOT_BASIS = "not-basis"
    NOT_FORM = "not-form"
    NOT_COUNT = "not-count"
    SUBSCRIBES = "subscribes"
    SUBSCRIPTION_THERE = "subscription-there"
    SUBSCRIPTION_OTHERWISE = "subscription-otherwise"
    NOT_MEMBER_KIND = "not-member-kind"
    JOINS = "joins"
    MEMBER_THERE = "member-there"
    MEMBER_OTHERWISE = "member-otherwise"
    ATTESTS = "attests"
    PAPER_THERE = "paper-there"
    PAPER_OTHERWISE = "paper-otherwise"
    PAPER_OF_ANOTHER = "paper-of-another"


STOPPED = "stopped"
"""The error of a run that something unforeseen stopped: before a colon and the row at which it did, if it is known."""

CENTS, CENTS_ASIDE = "cents", "cents-aside"
"""Among the counts of a run with amounts: what goes in or is there, and what waits for a decision."""

Told = tuple[Reason, str]
"""A reason and what it names: a field, a row, a purpose, or nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Matching:
    """What the columns mean: field to place (from 0), field to format, and the choices that hold for the whole file."""

    columns: Mapping[str, int] = field(default_factory=dict)
    formats: Mapping[str, str] = field(default_factory=dict)
    choices: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        return {"columns": dict(self.columns), "formats": dict(self.formats), "choices": dict(self.choices)}

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Matching:
        return cls(
            columns={str(name): int(place) for name, place in kept.get("columns", {}).items()},
            formats={str(name): str(how) for name, how in kept.get("formats", {}).items()},
            choices={str(name): str(value) for name, value in kept.get("choices", {}).items()},
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One import of one file. `progress` counts rows of the stage at hand; `counts` are by verdict, or of an undo.

    `purge_on`: on that day the file and the rows are forgotten, and with them the possibility to undo.
    """

    id: RunId
    kind: str
    file_name: str
    file_token: str
    sha256: str
    size: int
    state: RunState
    layout: Layout
    sheets: tuple[str, ...]
    headers: tuple[str, ...]
    odd_lines: int
    matching: Matching | None
    rows_total: int
    progress: int
    counts: Mapping[str, int]
    expected_rows: int | None
    expected_cents: int | None
    error: str
    started_by: AccountId | None
    created_at: datetime
    stage_at: datetime
    applied_at: datetime | None
    undone_at: datetime | None
    purge_on: date
    purged_at: datetime | None
    worker: str = ""

    @property
    def is_stopped(self) -> bool:
        """Something unforeseen stopped it in the middle of a stage: a person says what next."""
        return self.error.startswith(STOPPED)

    @property
    def stopped_at(self) -> int | None:
        """The row at which it stopped, if that is known."""
        number = self.error.partition(":")[2]
        return int(number) if self.is_stopped and number else None

    @property
    def good_rows(self) -> int:
        return self.counts.get(RowVerdict.CREATE, 0) + self.counts.get(RowVerdict.UPDATE, 0)

    @property
    def cents(self) -> int | None:
        """What its readable rows come to, in or set aside; None for a file without amounts."""
        if CENTS not in self.counts:
            return None
        return self.counts[CENTS] + self.counts.get(CENTS_ASIDE, 0)


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One row of the file: what it wishes (or its bare cells, where it is bad), its verdict and the reasons."""

    number: int
    verdict: RowVerdict
    reasons: tuple[Told, ...]
    given: Any
    person_id: PersonId | None = None
    kept_because: str = ""
    fingerprint: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowPage:
    """A page of rows in their order. `next_after` opens the following one."""

    rows: tuple[Row, ...]
    total: int
    next_after: int | None


class ChangeKind(StrEnum):
    """What an import wrote, and an undo takes back."""

    PERSON = "person"
    POINT = "point"
    ADDRESS = "address"
    EXTERNAL_ID = "external-id"
    FIELD = "field"
    DIFFERENCE = "difference"
    CONSENT = "consent"
    SUPPRESSION = "suppression"
    SIGNATURE = "signature"
    DELIVERY_WORD = "delivery-word"
    DIGEST = "digest"
    GIFT = "gift"
    PLAN = "plan"
    SUBSCRIPTION = "subscription"
    ATTESTATION = "attestation"
    MEMBERSHIP = "membership"
    AMENDMENT = "amendment"
    TIE = "tie"
    HOUSEHOLD = "household"
    HOUSEHOLD_KNOWN_AS = "household-known-as"
    HOUSEHOLD_ENVELOPE = "household-envelope"
    HOUSEHOLD_MEMBER = "household-member"
    TAG = "tag"
    PERSON_TAG = "person-tag"
    SAID_AGAIN = "said-again"
    """What it found to be there and says too: nothing to take back, but what another's undo leaves with it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One thing a row wrote: `before` is what was there, so that it can be there again."""

    number: int
    kind: ChangeKind
    target_id: int
    person_id: int | None
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    id: int = 0
