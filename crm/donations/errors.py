"""What can go wrong with gifts."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class GiftMissing(Missing):
    """There is no such gift."""

    def __init__(self) -> None:
        super().__init__("no such gift")


class DonorMissing(Missing):
    """A gift of somebody who does not exist."""

    def __init__(self) -> None:
        super().__init__("no such person")


class CodeUnknown(Invalid):
    """There is no fund, appeal or source code of that name; `field` says which was meant."""

    def __init__(self, field: str) -> None:
        super().__init__("no such code", field=field)


class RefundedAlready(Conflict):
    """Its provider told of a refund of that very amount: whoever means one more says so."""

    def __init__(self) -> None:
        super().__init__("this was refunded already")


class CodeTaken(Conflict):
    """Another fund, campaign, appeal or source has that code."""

    def __init__(self) -> None:
        super().__init__("that code is taken")


class AmountWrong(Invalid):
    """An amount that is nought, negative or beyond all measure, or lines that say something else than the money."""

    def __init__(self) -> None:
        super().__init__("an amount is more than nought, and its lines add up to it", field="amount")


class MoreThanReceived(Conflict):
    """More would go back than came."""

    def __init__(self) -> None:
        super().__init__("more would go back than came")


class SaidOtherwise(Conflict):
    """That movement of a provider is booked already, with another amount."""

    def __init__(self) -> None:
        super().__init__("this movement is booked already, with another amount")


class MonthOpen(Conflict):
    """A month is closed once it is over, and after the one before it."""

    def __init__(self) -> None:
        super().__init__("this month cannot be closed yet")


class FourEyes(Conflict):
    """Somebody else has to decide on it."""

    def __init__(self) -> None:
        super().__init__("somebody else has to decide")


class RefundMissing(Missing):
    """There is no such request, or it was decided."""

    def __init__(self) -> None:
        super().__init__("no such refund to decide")


class BatchMissing(Missing):
    """There is no such batch, or it was posted."""

    def __init__(self) -> None:
        super().__init__("no such open batch")


class BatchDiffers(Conflict):
    """What was typed is not what was counted."""

    def __init__(self) -> None:
        super().__init__("what was typed is not what was counted")


class RuleMissing(Missing):
    """There is no such proposal, or it is decided."""

    def __init__(self) -> None:
        super().__init__("no such proposal")


class DeductionTaken(Conflict):
    """Another rule for such lines begins on that day."""

    def __init__(self) -> None:
        super().__init__("another rule begins on that day")


class CorrectionMissing(Missing):
    """There is no such correction, or it is decided already."""

    def __init__(self) -> None:
        super().__init__("no such correction to decide")


class CorrectionAsked(Conflict):
    """A correction of this gift waits already."""

    def __init__(self) -> None:
        super().__init__("a correction of this gift waits already")


class CorrectedElsewhere(Conflict):
    """What the bank or a collection told is corrected there; what came in kind has no money to correct."""

    def __init__(self) -> None:
        super().__init__("this gift is corrected where its money was told")


class GiftHasChanged(Conflict):
    """The gift comes to something else than when its correction was asked."""

    def __init__(self) -> None:
        super().__init__("the gift has changed since its correction was asked")


class DayWrong(Invalid):
    """A day by which a gift cannot be counted: after its money, long before it, or the one it has."""

    def __init__(self) -> None:
        super().__init__("a gift is counted by a day of its money, or shortly before", field="on")


class FiscalYearClosed(Conflict):
    """Papers of that year are corrected no more, and so is no day in it."""

    def __init__(self, year: int) -> None:
        super().__init__(f"papers of {year} are corrected no more")
        self.year = year
