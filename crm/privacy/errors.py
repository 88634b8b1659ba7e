"""What can go wrong with data protection."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class RequestMissing(Missing):
    """There is no such request."""

    def __init__(self) -> None:
        super().__init__("no such request")


class RequestClosed(Conflict):
    """Somebody has answered it already."""

    def __init__(self) -> None:
        super().__init__("this request has been answered")


class NobodyToForget(Missing):
    """Nobody lives under that number, or they have been forgotten."""

    def __init__(self) -> None:
        super().__init__("no such person, or they have been forgotten")


class TermMissing(Missing):
    """Nothing is kept under that name."""

    def __init__(self) -> None:
        super().__init__("no such term")


class TermDecided(Conflict):
    """Somebody has decided on it already, or nobody proposed it."""

    def __init__(self) -> None:
        super().__init__("this term does not wait for a decision")


class OwnTerm(Conflict):
    """Whoever proposed a term cannot be the one who agrees."""

    def __init__(self) -> None:
        super().__init__("another person has to decide")


class AgreementOver(Conflict):
    """What was agreed to about a file that leaves no longer covers it: too long ago, or for fewer people."""

    def __init__(self) -> None:
        super().__init__("the agreement no longer covers this file")
