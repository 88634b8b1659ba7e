"""What can go wrong with the magazine."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class NoPublication(Conflict):
    """The magazine itself has not been described yet."""

    def __init__(self) -> None:
        super().__init__("the magazine has not been described yet")


class IssueMissing(Missing):
    """There is no such issue."""

    def __init__(self) -> None:
        super().__init__("no such issue")


class NumberTaken(Invalid):
    """Another issue has that number."""

    def __init__(self) -> None:
        super().__init__("another issue has that number", field="number")


class IssueFrozen(Conflict):
    """The issue is frozen: what it was does not change any more."""

    def __init__(self) -> None:
        super().__init__("this issue is frozen")


class IssueOpen(Conflict):
    """The issue is not frozen yet."""

    def __init__(self) -> None:
        super().__init__("this issue is not frozen yet")


class IssuePast(Conflict):
    """A later issue is frozen: whoever comes now is welcomed with that one."""

    def __init__(self) -> None:
        super().__init__("a later issue is frozen")


class NobodyToMail(Conflict):
    """Nobody would get a copy: there is nothing to freeze."""

    def __init__(self) -> None:
        super().__init__("nobody would get a copy")


class RollMoved(Conflict):
    """An address that was about to be frozen has been erased since it was read."""

    def __init__(self) -> None:
        super().__init__("an address of the list is gone: it has to be drawn again")


class DaysWrong(Invalid):
    """The days of an issue are not in their order; `field` says which."""

    def __init__(self, field: str) -> None:
        super().__init__("the days of an issue follow each other", field=field)


class RuleWrong(Invalid):
    """A rule that cannot be meant so; `field` says where."""

    def __init__(self, field: str) -> None:
        super().__init__("this cannot be meant so", field=field)


class NoPdf(Conflict):
    """The issue has no PDF to read yet."""

    def __init__(self) -> None:
        super().__init__("this issue has no PDF")


class RunMissing(Missing):
    """There is no such set of frozen copies."""

    def __init__(self) -> None:
        super().__init__("no such run")


class CopyMissing(Missing):
    """That person had no copy of that issue."""

    def __init__(self) -> None:
        super().__init__("no such copy")


class NumberUnknown(Missing):
    """Nobody bears that member number."""

    def __init__(self) -> None:
        super().__init__("nobody bears that number")


class FileGone(Missing):
    """Files that were made are not kept any more: their time is over, or somebody was taken out of them since."""

    def __init__(self) -> None:
        super().__init__("these files are not kept any more")


class NeighboursMoved(Conflict):
    """They are not several, or do not share that letter box any more: the question has changed."""

    def __init__(self) -> None:
        super().__init__("these people do not share that letter box")


class DecisionMissing(Missing):
    """There is no such decision about neighbours, or it has been taken back."""

    def __init__(self) -> None:
        super().__init__("no such decision that stands")


class ClaimMissing(Missing):
    """There is no such claim, or it has been settled."""

    def __init__(self) -> None:
        super().__init__("no such open claim")
