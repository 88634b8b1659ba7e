"""Decisions about payments online: what a payout kept of each, and what somebody who comes back from paying is told."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from enum import StrEnum

from crm.payments.model import PaymentState
from crm.values.money import shared

_RETURN_CODE = re.compile(r"[A-Za-z0-9_-]{20,64}")


class Returned(StrEnum):
    """What the return page says."""

    ARRIVED = "arrived"
    WAITING = "waiting"
    FAILED = "failed"


def is_return_code(text: str) -> bool:
    """Whether a text can be what a return address holds: long enough that nobody guesses another's."""
    return _RETURN_CODE.fullmatch(text) is not None


def returned(state: PaymentState | None) -> Returned:
    """What is said of a payment; one that we have not heard of yet is on its way."""
    match state:
        case PaymentState.PAID:
            return Returned.ARRIVED
        case PaymentState.FAILED:
            return Returned.FAILED
        case _:
            return Returned.WAITING


def kept(fee_cents: int, parts: Sequence[tuple[str, int]], costs: Mapping[str, int]) -> tuple[int, ...]:
    """What a provider kept of each part of a payout, in cents that add up to `fee_cents`.

    A part is (its means, its cents). What a means cost falls evenly on its parts; where nothing is said of costs, what
    was kept falls on all by their size.
    """
    count = {means: sum(other == means for other, _ in parts) for means, _ in parts}
    every = 1
    for number in count.values():
        every *= number
    weights = [costs.get(means, 0) * every // count[means] for means, _ in parts]
    if not sum(weights):
        weights = [cents for _, cents in parts]
    return shared(fee_cents, weights)


def lost(back_cents: int, left_cents: int, paid_cents: int) -> int:
    """What of money that goes back of a payment in another money is more than is left of its gift, since that money is
    worth more by now: a tenth of what was paid at most; more than that is something else.
    """
    more = back_cents - left_cents
    return more if left_cents > 0 and 0 < more <= paid_cents // 10 else 0


def names(text: str, reference: str) -> bool:
    """Whether the bank's words on a transfer hold that reference, alone or cut into groups by spaces."""
    plain, wanted = re.sub(r"\s", "", text), re.sub(r"\s", "", reference)
    return bool(re.search(rf"(?<![0-9.]){re.escape(wanted)}(?!\d)", plain)) if wanted else False
