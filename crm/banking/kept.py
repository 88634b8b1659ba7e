"""The nouns of what the bank's files leave behind: files, statements and lines that are kept, and what was decided."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from crm.banking.model import Format, ReturnKind
from crm.donations.model import Gift
from crm.values.identifiers import AccountId, GiftId, PersonId


class LineState(StrEnum):
    """Where a line stands: waiting, somebody's, nobody's (rent, a fee), or seen in an extract and counted elsewhere."""

    OPEN = "open"
    MATCHED = "matched"
    ASIDE = "aside"
    EXTRACT = "extract"


class Rule(StrEnum):
    """By what a line found its person."""

    COLLECTION = "collection"
    PAYOUT = "payout"
    """A provider's transfer of many payments at once."""
    RETURN = "return"
    MANDATE = "mandate"
    APPEAL = "appeal"
    """By the communication that an appeal printed for them alone."""
    STRUCTURED = "structured"
    ACCOUNT = "account"
    ALIAS = "alias"
    """By an account and the name on it that a colleague confirmed before."""
    REFUND = "refund"
    """The debit of a refund that the house decided, or the credit by which it came back: it books nothing more."""
    DEPOSIT = "deposit"
    """The credit of cheques or cash that were carried to the bank: their pile booked them."""
    COLLEAGUE = "colleague"
    NEWCOMER = "newcomer"


class Aside(StrEnum):
    """Why a colleague set a line aside."""

    OWN = "own"
    COST = "cost"
    CHARGE = "charge"
    """What the bank takes for itself."""
    INCOME = "income"
    """Money that came and is no gift: a subsidy, a sale outside, what a supplier gave back."""
    OTHER = "other"


@dataclass(frozen=True, kw_only=True, slots=True)
class Owed:
    """A refund that was decided and that nothing has paid yet; `on` is the day of the decision, `name` its name in the
    account of gifts.
    """

    entry_id: int
    name: str
    gift_id: GiftId
    person_id: PersonId
    on: date
    cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class SetAside:
    """A line that a colleague set aside; without a reason where it was done before reasons were asked."""

    line_id: int
    on: date
    cents: int
    why: Aside | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Paid:
    """What debits paid of refunds, less what came back (`debit_cents`), what of that was decided, what providers paid.

    `undecided`: (gift, line, cents) of debits behind which no refund stands, and of what came back of no debit.
    """

    decided_cents: int
    debit_cents: int
    online_cents: int
    undecided: tuple[tuple[GiftId, int, int], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class KeptLine:
    """A line as it is kept. `tail` is the end of the other account, whose rest is encrypted.

    `version` grows with every decision: who decides says which one they saw.
    """

    id: int
    fingerprint: str
    account: str
    booked_on: date
    value_on: date | None
    executed_on: date | None
    cents: int
    name: str
    address: str
    tail: str
    account_key: str | None
    communication: str
    structured: str | None
    end_to_end_id: str | None
    mandate: str | None
    return_kind: ReturnKind | None
    return_reason: str | None
    transaction_code: str | None
    fee: bool
    state: LineState
    person_id: PersonId | None
    rule: Rule | None
    undoes: int | None
    gift_id: GiftId | None
    decided_at: datetime | None
    decided_by: AccountId | None
    version: int
    batch: str | None = None
    learned: str = ""
    aside: Aside | None = None

    @property
    def is_spent(self) -> bool:
        """Whether it is money that left, neither a return nor what the bank charged: a refund, or nobody's gift."""
        return self.cents < 0 and self.return_kind is None and not self.fee

    @property
    def is_back(self) -> bool:
        """Whether it is money of ours that came back, as a transfer does that could not be paid: nobody's gift."""
        return self.cents > 0 and self.return_kind is not None and not self.fee


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What bringing a file in came to; `open` counts all lines that wait, `gaps` all statements that are missing.

    `strangers`: accounts of which no statement came before, where one of another account did.
    """

    file: str
    statements: int
    new: int
    known: int
    matched: int
    open: int
    numbers: int
    gaps: tuple[Gap, ...] = ()
    strangers: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class HeldStatement:
    """A statement that is kept, with the file it came in; without an opening balance, from its first line on."""

    file_id: int
    name: str
    account: str
    format: Format
    opening_on: date
    closing_on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Gap:
    """Two statements of one account, one after the other, whose balances do not meet: one between them is missing."""

    account: str
    before_on: date
    closed_cents: int
    after_on: date
    opened_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """What the bank desk counts: lines and cents that wait, by direction."""

    open: int
    open_cents: int
    matched: int
    aside: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """A gift that a return may take back; `loss_cents` of it we had refunded, which is a loss of ours then."""

    gift: Gift
    loss_cents: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmed:
    """For whom a colleague last confirmed a payer, and when; `is_taught` is over once it was forgotten."""

    person_id: PersonId
    on: date
    is_taught: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Payer:
    """An account and the name on it by which somebody is known, with the line that taught it last.

    `is_contradicted`: it was confirmed for somebody else too, and decides nothing by itself any more.
    """

    line_id: int
    name: str
    tail: str
    on: date
    is_contradicted: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Candidate:
    """Somebody whom a line may come from, out of 100, and why; `confirmed_on`: when its payer was theirs before."""

    person_id: PersonId
    score: int
    why: tuple[str, ...]
    confirmed_on: date | None = None
