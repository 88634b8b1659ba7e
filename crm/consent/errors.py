"""What can go wrong with consent."""

from __future__ import annotations

from datetime import date

from crm.values.errors import Conflict, Missing


class PurposeMissing(Missing):
    """There is no such purpose."""

    def __init__(self) -> None:
        super().__init__("no such purpose")


class NobodyThere(Missing):
    """An act of somebody who does not exist."""

    def __init__(self) -> None:
        super().__init__("no such person")


class PolicyMissing(Missing):
    """There is no such policy, or somebody has decided on it already."""

    def __init__(self) -> None:
        super().__init__("no such policy waits for a decision")


class OwnProposal(Conflict):
    """Two people change a policy: whoever proposed it does not decide on it."""

    def __init__(self) -> None:
        super().__init__("somebody else has to decide on this")


class AlreadyRestricted(Conflict):
    """Their data are frozen already."""

    def __init__(self) -> None:
        super().__init__("their data are frozen already")


class RestrictionMissing(Missing):
    """No restriction stands on them."""

    def __init__(self) -> None:
        super().__init__("no restriction stands")


class BlockListOlder(Conflict):
    """We hold a newer do-not-call list than this one."""

    def __init__(self) -> None:
        super().__init__("a newer do-not-call list is held")


class BlockListStale(Conflict):
    """No do-not-call list is held, or it is of a day too long ago: nobody is called by it."""

    def __init__(self, dated_on: date | None, days: int) -> None:
        super().__init__("the do-not-call list is missing or too old")
        self.dated_on = dated_on
        self.days = days
