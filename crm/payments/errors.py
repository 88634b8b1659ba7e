"""What can go wrong with payments of providers."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class PaymentMissing(Missing):
    """There is no such payment, or it waits for nobody."""

    def __init__(self) -> None:
        super().__init__("no such payment")


class PayoutMissing(Missing):
    """There is no such payout, or the bank has credited it."""

    def __init__(self) -> None:
        super().__init__("no such payout is awaited")


class PayoutDiffers(Conflict):
    """A payout is more than the payments that are in it, or holds one that another payout held."""

    def __init__(self) -> None:
        super().__init__("this payout does not come to what is in it")
