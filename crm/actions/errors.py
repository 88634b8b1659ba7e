"""What can go wrong with actions."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class CallMissing(Missing):
    """There is no such petition, event or urgent action."""

    def __init__(self) -> None:
        super().__init__("no such petition, event or urgent action")


class CodeTaken(Conflict):
    """Another call of that kind has that code."""

    def __init__(self) -> None:
        super().__init__("that code is taken")


class CallClosed(Conflict):
    """It was closed, or over, on the day of the act."""

    def __init__(self) -> None:
        super().__init__("it was closed on that day")


class ParticipantMissing(Missing):
    """An act of somebody who does not exist."""

    def __init__(self) -> None:
        super().__init__("no such person")


class RegistrationMissing(Missing):
    """There is no such registration."""

    def __init__(self) -> None:
        super().__init__("no such registration")
