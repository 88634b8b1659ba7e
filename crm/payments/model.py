"""Nouns of payments online. Amounts are integer cents of euro, days are Belgian."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol

from crm.donations.model import EntryKind, GiftKind, NewLine
from crm.values.email_address import EmailAddress
from crm.values.identifiers import GiftId
from crm.values.languages import Language


class PaymentState(StrEnum):
    """Where a payment stands at its provider."""

    OPEN = "open"
    PAID = "paid"
    FAILED = "failed"


@dataclass(frozen=True, kw_only=True, slots=True)
class Said:
    """What a payment is for, as our own site wrote it beside. `lines` were fixed before it was paid.

    `source_code` is as the site wrote it: whether an appeal has it is not known yet.
    """

    lines: tuple[NewLine, ...]
    kind: GiftKind = GiftKind.ONE_OFF
    source_code: str = ""
    tribute: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidIn:
    """What was paid in another money than the euro, as its provider writes it."""

    currency: str
    amount: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Giver(Said):
    """Who pays, and what for."""

    email: EmailAddress
    first_name: str
    last_name: str
    language: Language


@dataclass(frozen=True, kw_only=True, slots=True)
class Back:
    """Money of a payment that went back: a refund, or a chargeback of a card. It `stands` unless it came back to us."""

    reference: str
    kind: EntryKind
    cents: int
    on: date
    stands: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Told:
    """A payment as its provider tells it at a moment. `giver` is None where nothing readable says who pays; `said`,
    what for, may be readable all the same.

    `return_code` is what the address of the return page holds: chosen by our site, of no meaning. Where it was
    `paid_in` another money, `cents` is what the payout says that it became in euro.
    """

    reference: str
    state: PaymentState
    cents: int
    on: date
    means: str
    is_test: bool
    giver: Giver | None = None
    said: Said | None = None
    return_code: str = ""
    backs: tuple[Back, ...] = ()
    paid_in: PaidIn | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LeftOut:
    """What is no gift of ours yet, as its provider tells it: a payment that is not in euro and waits for its payout to
    say what it is worth, or a whole payout that cannot be read (`is_unread`).

    `amount` is what it says, empty where that is no amount; `on` is None where it says no day.
    """

    reference: str
    currency: str
    amount: str
    on: date | None

    @property
    def is_unread(self) -> bool:
        """Whether it is a payout that cannot be read: of payments only those are left out that are not in euro."""
        return self.currency == "EUR"


@dataclass(frozen=True, kw_only=True, slots=True)
class PaidOut:
    """One transfer of a provider to our bank: what is in it, and what each means of paying cost, in 1/10 000 euro.

    `backs` are (the payment's reference, what went back); `means` of a refund is `refund`, of a chargeback
    `chargeback`. `others`: payments of which only something that went back is in it.
    """

    reference: str
    cents: int
    on: date
    payments: Sequence[Told]
    backs: Sequence[tuple[str, Back]] = ()
    others: Sequence[Told] = ()
    costs: Sequence[tuple[str, int]] = ()


class Provider(Protocol):
    """A house that takes payments for us."""

    @property
    def name(self) -> str:
        """How its movements are called in the ledger."""

    def named(self, body: bytes, *, is_form: bool, signatures: Sequence[str]) -> str | None:
        """Which payment a notice speaks of; None where it is none of theirs, or its signature is not."""

    def payment(self, reference: str) -> Told | LeftOut | None:
        """The payment as it is now; None where they know none, or none that was paid. Raises `Unavailable`."""

    def payouts(self, known: Collection[str]) -> Iterator[PaidOut | LeftOut]:
        """The newest payouts whose reference is not known; of one that cannot be read, what is left out for it.

        Raises `Unavailable`.
        """


@dataclass(frozen=True, kw_only=True, slots=True)
class OnlinePayment:
    """A payment as we keep it. Paid and without a gift, it waits for somebody to say whose it is.

    `said` is what our site wrote that it is for.
    """

    id: int
    provider: str
    reference: str
    state: PaymentState
    cents: int
    fee_cents: int
    paid_on: date
    means: str
    is_test: bool
    gift_id: GiftId | None
    said: Said | None = None
    paid_in: PaidIn | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Taken:
    """What a notice did: the payment as it stands, and whether its gift was recorded just now."""

    payment: OnlinePayment
    is_new_gift: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Payout:
    """A transfer of a provider: `gross_cents` less `back_cents` less `fee_cents` is `cents`, to the cent."""

    id: int
    provider: str
    reference: str
    cents: int
    on: date
    count: int
    gross_cents: int
    back_cents: int
    fee_cents: int
    settled_on: date | None
    credited_cents: int | None = None
    """What the bank credited, where it is another amount: `why` says what the colleague who settled it knew."""
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Unpaid:
    """What was paid online and has not reached our bank: how many, their cents, some of them."""

    count: int
    cents: int
    payments: tuple[OnlinePayment, ...]
