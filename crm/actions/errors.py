"""What can go wrong with actions."""

from __future__ import annotations

from crm.actions.model import Registration
from crm.values.errors import Conflict, Invalid, Missing


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


class SignatureMissing(Missing):
    """There is no such signature."""

    def __init__(self) -> None:
        super().__init__("no such signature")


class DeliveryMissing(Missing):
    """There is no such list of signatures."""

    def __init__(self) -> None:
        super().__init__("no such list of signatures")


class NobodyToDeliver(Conflict):
    """No signature waits to be handed over."""

    def __init__(self) -> None:
        super().__init__("no signature waits to be handed over")


class TooManyToDeliver(Conflict):
    """So many signatures leave only once a second colleague has agreed."""

    def __init__(self) -> None:
        super().__init__("so many signatures ask for a second colleague")


class DeliveryUndecided(Conflict):
    """That list is not at the stage where this can be done."""

    def __init__(self) -> None:
        super().__init__("that list was decided on already, or not yet")


class OwnDelivery(Conflict):
    """Nobody agrees to their own list."""

    def __init__(self) -> None:
        super().__init__("somebody else decides on that list")


class DayWrong(Invalid):
    """A list is handed over on the day it left, or later, and not in the future."""

    def __init__(self) -> None:
        super().__init__("a day between the file and today", field="on")


class RegistrationCancelled(Conflict):
    """Who is noted as having come had taken their registration back meanwhile."""

    def __init__(self, registration: Registration) -> None:
        super().__init__("that registration was cancelled meanwhile")
        self.registration = registration
