"""What can go wrong with newsletters and editions."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing
from mailing.composition.model import EditionState, Finding


class NewsletterMissing(Missing):
    """There is no such newsletter."""

    def __init__(self) -> None:
        super().__init__("there is no such newsletter")


class EditionMissing(Missing):
    """There is no such edition."""

    def __init__(self) -> None:
        super().__init__("there is no such edition")


class BlockMissing(Missing):
    """That edition has no such block."""

    def __init__(self) -> None:
        super().__init__("this edition has no such block")


class NewsletterExists(Conflict):
    """A newsletter has that code already."""

    def __init__(self) -> None:
        super().__init__("a newsletter has this code already")


class NewsletterInvalid(Invalid):
    """A newsletter cannot be set up like this."""


class EditionChanged(Conflict):
    """Somebody else changed the edition since it was read."""

    def __init__(self, *, read: int, now: int) -> None:
        super().__init__(
            f"somebody changed this edition meanwhile (you read revision {read}, it is {now}): their work is kept, "
            "yours was not written; look again, then repeat your change"
        )
        self.read = read
        self.now = now


class EditionElsewhere(Conflict):
    """The edition's state does not allow this."""

    def __init__(self, state: EditionState) -> None:
        super().__init__(f"the edition is {state}: nothing was changed")
        self.state = state


class EditionNotReady(Conflict):
    """The edition cannot be approved as it is; `findings` say what to mend."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__("not ready to be approved: " + ", ".join(sorted({str(f.flaw) for f in findings})))
        self.findings = findings


class BlockMisplaced(Invalid):
    """That kind of block has no place in that section."""

    def __init__(self) -> None:
        super().__init__("this kind of block has no place in that section", field="section")
