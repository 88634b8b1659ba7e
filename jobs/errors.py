"""What can go wrong with the clock."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class JobMissing(Missing):
    """The timetable has no such job."""

    def __init__(self) -> None:
        super().__init__("the timetable has no such job")


class RunMissing(Missing):
    """There is no such run."""

    def __init__(self) -> None:
        super().__init__("there is no such run")


class RunSettled(Conflict):
    """Nobody has to answer for that run any more."""

    def __init__(self) -> None:
        super().__init__("this run was answered for already")


class JobBusy(Conflict):
    """The job is running right now."""

    def __init__(self) -> None:
        super().__init__("this job is running right now: nothing was started")


class DonorsDiffered(Conflict):
    """The figures of so many donors were not what their gifts say; they are now."""

    def __init__(self, number: int) -> None:
        super().__init__(f"the figures of {number} donors differed from their gifts, and were counted anew")


class SegmentsDiffered(Conflict):
    """The rows of so many, by which segments are counted, were not what the rooms say; they are now."""

    def __init__(self, number: int) -> None:
        super().__init__(f"segments counted {number} people otherwise than the rooms say; their rows were made anew")


class MoneyDrifted(Conflict):
    """So many gifts and lines come to something else than their movements say: somebody has to look."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} gifts and lines differ from the movements of money: portevoix donations drift")


class StandingsDrifted(Conflict):
    """Where so many people stand is not what their words say; `portevoix consent rebuild` folds them again."""

    def __init__(self, number: int) -> None:
        super().__init__(f"{number} standings or paces differ from what the events say: portevoix consent rebuild")


class LedgerTouched(Conflict):
    """A ledger is not what was written: the first place where it differs."""

    def __init__(self, ledger: str, *, kind: str, block: int | None, row: int | None) -> None:
        super().__init__(f"the ledger {ledger} was touched: {kind} at block {block}, row {row}")
