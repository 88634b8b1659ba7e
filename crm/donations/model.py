"""Nouns of gifts. Amounts are integer cents of euro, days are Belgian."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from crm.values.identifiers import AccountId, AppealId, BatchId, CampaignId, CorrectionId, GiftId, PersonId, RefundId

GENERAL = "general"
"""The fund of what was given for no fund in particular."""
LARGEST = 10**11
"""No amount reaches a thousand million euro: whoever types one has slipped."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Fund:
    """What money is given for. A closed one is chosen no more; what stands on it stays."""

    code: str
    name: str
    is_open: bool


class GiftKind(StrEnum):
    """What somebody commits to."""

    ONE_OFF = "one-off"
    INSTALMENT = "instalment"
    MEMBERSHIP_FEE = "membership-fee"
    SALE = "sale"
    LEGACY = "legacy"
    IN_KIND = "in-kind"
    SPONSORING = "sponsoring"


class LineKind(StrEnum):
    """What a part of it is for: nothing in return, a fee, or goods."""

    DONATION = "donation"
    FEE = "fee"
    GOODS = "goods"


class Basis(StrEnum):
    """By which day a gift is counted: the bank's credit, the day it was in hand, the postmark, the order to a bank,
    the provider's word.
    """

    SETTLEMENT = "settlement"
    RECEIVED = "received"
    POSTMARK = "postmark"
    ORDER = "order"
    PROVIDER = "provider"


class Method(StrEnum):
    """How money came or went."""

    TRANSFER = "transfer"
    DIRECT_DEBIT = "direct-debit"
    ONLINE = "online"
    CASH = "cash"
    CHEQUE = "cheque"
    NONE = "none"


class EntryKind(StrEnum):
    """Why money moved. All but receipts and corrections go out; a fee is the provider's and never lessens a gift."""

    RECEIPT = "receipt"
    REFUND = "refund"
    RETURN = "return"
    CHARGEBACK = "chargeback"
    FEE = "fee"
    CORRECTION = "correction"


class Why(StrEnum):
    """Why a line is deductible, or is not."""

    DONATION = "donation"
    FEE = "fee"
    GOODS = "goods"
    MIXED = "mixed"
    LEGACY = "legacy"
    IN_KIND = "in-kind"
    SPONSORING = "sponsoring"
    MAGAZINE = "magazine"
    DECIDED = "decided"


@dataclass(frozen=True, kw_only=True, slots=True)
class DeductionRule:
    """From a day to a day (both included, None without end): lines of that kind of such gifts, deductible or not."""

    gift_kind: GiftKind
    line_kind: LineKind
    is_deductible: bool
    why: Why
    valid_from_on: date
    valid_until_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class NewLine:
    """A part of a gift to be."""

    cents: int
    kind: LineKind = LineKind.DONATION
    fund: str = GENERAL


@dataclass(frozen=True, kw_only=True, slots=True)
class Movement:
    """Money that moves, as whoever saw it says. `external_id` is the provider's own name for it, or empty."""

    method: Method
    booked_on: date
    provider: str = ""
    external_id: str = ""
    value_on: date | None = None
    executed_on: date | None = None
    reason_code: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class NewGift:
    """A gift and, unless it is in kind, the money it came with.

    `split_beforehand`: the amounts of its lines were fixed before anybody paid (two mandate lines, two order lines).
    """

    person_id: PersonId
    lines: tuple[NewLine, ...]
    given_on: date
    movement: Movement
    kind: GiftKind = GiftKind.ONE_OFF
    basis: Basis = Basis.RECEIVED
    source_code: str = ""
    tribute: str = ""
    address: str = ""
    split_beforehand: bool = False
    is_test: bool = False
    what: str = ""
    """What it was, of a gift in kind."""
    is_promised: bool = False
    """Its fund was chosen before the money came: it goes there, though the fund has been closed since."""

    @property
    def cents(self) -> int:
        return sum(line.cents for line in self.lines)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """A part of a gift; `net_cents` is what of it came and stayed."""

    id: int
    kind: LineKind
    fund: str
    cents: int
    net_cents: int
    is_deductible: bool
    why: Why


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Money that moved: `cents` has a sign. `accounted_on` is its day in the books, later where a month was closed."""

    id: int
    gift_id: GiftId
    kind: EntryKind
    cents: int
    method: Method
    booked_on: date
    accounted_on: date
    provider: str
    external_id: str
    reason_code: str
    recorded_at: datetime
    recorded_by: AccountId | None
    executed_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Gift:
    """What somebody gave. `cents` is what was meant, `net_cents` what came and stayed."""

    id: GiftId
    person_id: PersonId
    kind: GiftKind
    given_on: date
    basis: Basis
    method: Method
    cents: int
    net_cents: int
    source_code: str
    tribute: str
    address: str
    is_test: bool
    thanked_at: datetime | None
    recorded_at: datetime
    recorded_by: AccountId | None
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class WholeGift:
    """A gift with its lines, its money and its moves from one donor to another."""

    gift: Gift
    lines: tuple[Line, ...]
    entries: tuple[Entry, ...]
    moves: tuple[Move, ...]
    refunds: tuple[Refund, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Move:
    """A gift that went over to another donor."""

    from_person_id: PersonId
    to_person_id: PersonId
    reason: str
    moved_at: datetime
    moved_by: AccountId | None


class RefundState(StrEnum):
    """How far a refund is."""

    ASKED = "asked"
    DONE = "done"
    REFUSED = "refused"


@dataclass(frozen=True, kw_only=True, slots=True)
class Refund:
    """Money to be given back: one person asks, another decides."""

    id: RefundId
    gift_id: GiftId
    cents: int
    reason: str
    state: RefundState
    asked_by: AccountId
    asked_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Otherwise:
    """What a gift should have been: its kind, what a line of it pays for, and the fund of that; its one line where
    none is numbered. Where `cents` says so, only that much of the line: the rest stays what it is."""

    kind: GiftKind
    line: LineKind
    fund: str
    line_id: int | None = None
    cents: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Dated:
    """By which day a gift should have been counted, and why by that; `was_on` is the day it had when that was asked."""

    given_on: date
    basis: Basis
    was_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coded:
    """Which code of an appeal a gift should have borne, and which it bore when that was asked; empty for none."""

    code: str
    was: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class InKind:
    """What a gift should have been where no money came, and its stated value; nought where it never came."""

    what: str
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class AsMoney:
    """What a gift in kind should have been where it was money in hand: its one line is what its kind says."""

    kind: GiftKind
    fund: str
    cents: int
    method: Method


@dataclass(frozen=True, kw_only=True, slots=True)
class Correction:
    """What a gift should have come to, been (`otherwise`), been counted by (`dated`), answered (`coded`), or been in
    kind or money (`turned`): it came to `was_cents` when one asked; another decides.
    """

    id: CorrectionId
    gift_id: GiftId
    was_cents: int
    cents: int
    reason: str
    state: RefundState
    asked_by: AccountId
    asked_at: datetime
    decided_by: AccountId | None
    decided_at: datetime | None
    otherwise: Otherwise | None = None
    dated: Dated | None = None
    coded: Coded | None = None
    turned: InKind | AsMoney | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which gifts a list shows; None or empty asks for nothing in particular."""

    since_on: date | None = None
    until_on: date | None = None
    kind: GiftKind | None = None
    method: Method | None = None
    fund: str = ""
    code: str = ""
    """Of an appeal, for all its slips, or of one slip."""
    batch_id: BatchId | None = None
    person_id: PersonId | None = None
    least_cents: int | None = None
    most_cents: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Totals:
    """What the gifts of a list come to: how many, of how many donors, and their net cents."""

    gifts: int
    donors: int
    net_cents: int
    by_fund: Mapping[str, int] = field(default_factory=dict)
    by_method: Mapping[Method, int] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Campaign:
    """What several appeals are about."""

    id: CampaignId
    code: str
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Appeal:
    """An appeal as gifts know it: the code they bear begins with its own. `cost_cents` is all that it cost."""

    id: AppealId
    campaign_id: CampaignId
    code: str
    name: str
    starts_on: date | None
    cost_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SlipCode:
    """A code that gifts bear: a package of a cell of an appeal. `cost_cents` is beside what the whole appeal cost."""

    code: str
    appeal_id: AppealId
    package: str
    cell: str
    cost_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Printed:
    """Whose a printed communication is, and which code a gift that bears it takes."""

    person_id: PersonId
    source_code: str
