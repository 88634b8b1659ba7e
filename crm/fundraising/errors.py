"""What can go wrong with an appeal."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class AppealMissing(Missing):
    """There is no such appeal, or no such cell of it."""


class AppealFrozen(Conflict):
    """The appeal is frozen: its cells and its people do not change any more."""


class AppealOpen(Conflict):
    """The appeal is not frozen yet."""


class AppealChanged(Conflict):
    """Somebody froze or changed it meanwhile."""


class AppealAbandoned(Conflict):
    """The appeal was called off before anything of it left: nothing leaves any more."""


class AppealLeft(Conflict):
    """A file or an edition of it left already: it is not called off any more."""


class DayPassed(Conflict):
    """The day planned is over: an appeal is frozen for a day that comes."""


class NobodyToAsk(Conflict):
    """Nobody would be asked."""


class NoMoreNumbers(Conflict):
    """The figures of a structured communication do not go that far."""


class AppealForgotten(Conflict):
    """The names and addresses of its letters were over their term: nothing leaves any more, nobody is added."""


class AlreadyThere(Conflict):
    """They are in the appeal already."""


class NotReachable(Conflict):
    """They may not be asked; `reason` is the gate's word."""

    def __init__(self, reason: str) -> None:
        super().__init__("the gate refuses")
        self.reason = reason


class PlanWrong(Invalid):
    """A value that cannot be: `field` names it."""

    def __init__(self, field: str) -> None:
        super().__init__("this cannot be", field=field)


class FileUndecided(Conflict):
    """A second colleague has not agreed to this file, or it was made already."""


class NotOurLetters(Conflict):
    """No letters of it are printed here: not by post, no words yet, nobody to write to, or too many."""


class LeavesByMail(Conflict):
    """It leaves as an edition of a newsletter: no file is made of it."""


class OwnFile(Conflict):
    """Two colleagues let a large file leave: whoever asked for it does not agree to it."""


class ResultsUnreadable(Invalid):
    """A file of results without a column for results, or without one by which people are known."""

    def __init__(self) -> None:
        super().__init__("no columns of results", field="file")


class ReportMoved(Conflict):
    """There is no such file of results, or somebody has decided on it meanwhile."""


class NotByPhone(Conflict):
    """Nobody is called by this appeal."""
