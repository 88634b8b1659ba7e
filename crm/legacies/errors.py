"""What can go wrong with legacies."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class LegacyMissing(Missing):
    """There is no such file."""

    def __init__(self) -> None:
        super().__init__("no such legacy")


class StepRefused(Invalid):
    """A file cannot be at that stage on that day; `why` is one word for it."""

    def __init__(self, why: str) -> None:
        super().__init__("no such step", field="stage" if why == "same" else "reached_on")
        self.why = why


class GiftUnfit(Conflict):
    """That gift is no legacy, is a trial, or belongs to another file."""

    def __init__(self) -> None:
        super().__init__("this gift cannot be of this legacy")
