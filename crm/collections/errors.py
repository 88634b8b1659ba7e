"""What can go wrong with collections."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing
from crm.values.identifiers import GiftId, PlanId


class BatchMissing(Missing):
    """There is no such file."""

    def __init__(self) -> None:
        super().__init__("no such file of collections")


class NothingDue(Conflict):
    """Nothing is to be collected on that day."""

    def __init__(self) -> None:
        super().__init__("nothing is due")


class FourEyes(Conflict):
    """Somebody else has to approve the file."""

    def __init__(self) -> None:
        super().__init__("somebody else has to approve it")


class OwnChange(FourEyes):
    """Whoever changed who we are to the bank approves no first file by it."""


class BatchElsewhere(Conflict):
    """The file is not where this can be done with it."""

    def __init__(self) -> None:
        super().__init__("this file does not stand so that this can be done")


class FileDiffers(Conflict):
    """The file would not be what was approved: an account or a name was changed since."""

    def __init__(self) -> None:
        super().__init__("the file would not be the one that was approved")


class FileOvertaken(Conflict):
    """Somebody in the file left, paused or died since it was made: `plans`, those that may not be asked any more."""

    def __init__(self, plans: tuple[PlanId, ...]) -> None:
        super().__init__("some of this file may not be asked any more")
        self.plans = plans


class AmountDiffers(Conflict):
    """What was chosen of a file does not come to the amount of the bank's line."""

    def __init__(self, cents: int, credited: int) -> None:
        super().__init__("what was chosen does not come to the amount of the line")
        self.cents = cents
        self.credited = credited


class CollectionMoved(Conflict):
    """Something happened to what a line settled since (it went back, was refunded): `gifts`, those it happened to.

    None of it can simply be taken back; without gifts, nothing is known of the line.
    """

    def __init__(self, gifts: tuple[GiftId, ...] = ()) -> None:
        super().__init__("what this line settled has moved since")
        self.gifts = gifts


class CreditorUnknown(Invalid):
    """The settings do not say by which name and account the bank knows us."""

    def __init__(self) -> None:
        super().__init__("the settings name no creditor", field="creditor")


class CreditorWrong(Invalid):
    """We cannot be that to banks; `field` says what of it is wrong."""

    def __init__(self, field: str) -> None:
        super().__init__("no creditor is that", field=field)


class DayWrong(Invalid):
    """Banks do not collect on that day, or it is too near or too far."""

    def __init__(self) -> None:
        super().__init__("banks do not collect on that day", field="collect_on")


class FileUnsound(Invalid):
    """A file that its own schema refuses; `why` names the place."""

    def __init__(self, why: str) -> None:
        super().__init__(f"the file is not valid: {why}")
        self.why = why


class ReportUnreadable(Invalid):
    """What was brought is no pain.002 that can be read; `line` is where it stops making sense (0: as a whole)."""

    def __init__(self, line: int = 0) -> None:
        super().__init__(f"no report of collections that can be read (line {line})", field="file")
        self.line = line
