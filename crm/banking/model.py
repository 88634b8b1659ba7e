"""The nouns of the bank: a statement, its lines, and what a file turns out to be."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class Format(StrEnum):
    """The kinds of file that banks deliver."""

    CODA = "coda"
    CAMT_053 = "camt.053"
    CAMT_054 = "camt.054"


class ReturnKind(StrEnum):
    """How a payment came undone (the R-transactions of SEPA)."""

    REJECT = "reject"
    RETURN = "return"
    REFUND = "refund"
    REVERSAL = "reversal"
    CANCELLATION = "cancellation"


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One movement, as much of it as the file tells. `cents` is negative for money that left.

    `row` is the line of the file where it begins. A batch that the bank details comes as its details, each with the
    reference of the whole in `batch`; what the bank kept of it comes as a line of its own (`fee`). `structured` is a
    Belgian communication as twelve digits, or an ISO 11649 reference. `reversal` says that it undoes another movement.
    """

    row: int
    booked_on: date
    value_on: date | None = None
    executed_on: date | None = None
    cents: int
    counterparty_name: str | None = None
    counterparty_account: str | None = None
    counterparty_bic: str | None = None
    counterparty_address: str | None = None
    communication: str | None = None
    structured: str | None = None
    end_to_end_id: str | None = None
    mandate: str | None = None
    creditor_id: str | None = None
    reversal: bool = False
    return_kind: ReturnKind | None = None
    return_reason: str | None = None
    transaction_code: str | None = None
    bank_reference: str | None = None
    batch: str | None = None
    fee: bool = False
    note: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Statement:
    """What stands around the lines: an account, its balances in cents, where the file gives them.

    An `extract` (a CODA of a separate application, a camt.054) shows movements that another statement counts too: its
    balances prove nothing. A `duplicate` was sent again on demand.
    """

    row: int
    format: Format
    account: str
    holder: str | None = None
    reference: str | None = None
    opening_cents: int | None = None
    opening_on: date | None = None
    closing_cents: int | None = None
    closing_on: date | None = None
    line_count: int = 0
    extract: bool = False
    duplicate: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class Begun:
    """A statement begins; its lines follow, then the `Statement` itself. What is known of it at that moment."""

    row: int
    format: Format
    account: str
    opening_cents: int | None = None
    extract: bool = False


Piece = Begun | Line | Statement
"""What a reader hands on, in the order of the file."""
