"""What can go wrong with consent."""

from __future__ import annotations

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
