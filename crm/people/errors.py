"""What can go wrong with people."""

from __future__ import annotations

from crm.people.model import Hurdle
from crm.values.errors import Conflict, Invalid, Missing


class PersonMissing(Missing):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__("no such person")


class TooYoung(Invalid):
    """Nothing is kept of a child under 13."""

    def __init__(self) -> None:
        super().__init__("nothing is kept of somebody under 13", field="birth_on")


class MemberNumberTaken(Conflict):
    """Somebody else has that member number."""

    def __init__(self) -> None:
        super().__init__("somebody else has that member number")


class ExternalIdTaken(Conflict):
    """Another person is called so by that system."""

    def __init__(self) -> None:
        super().__init__("another person has that number in that system")


class ContactPointMissing(Missing):
    """There is no such contact point."""

    def __init__(self) -> None:
        super().__init__("no such contact point")


class AbodeMissing(Missing):
    """There is no such postal address."""

    def __init__(self) -> None:
        super().__init__("no such postal address")


class HouseholdMissing(Missing):
    """There is no such household."""

    def __init__(self) -> None:
        super().__init__("no such household")


class TagMissing(Missing):
    """There is no such tag."""

    def __init__(self) -> None:
        super().__init__("no such tag")


class DifferenceMissing(Missing):
    """There is no such difference, or somebody has decided it already."""

    def __init__(self) -> None:
        super().__init__("no such open difference")


class ChangeMissing(Missing):
    """There is no such change, or it was taken back already."""

    def __init__(self) -> None:
        super().__init__("no such change to take back")


class ChangedSince(Conflict):
    """Something was written since on top of that change."""

    def __init__(self) -> None:
        super().__init__("the file was changed again since")


class NoPlace(Invalid):
    """What was said has no place on that record; `why` says what to do instead."""

    def __init__(self, why: Hurdle, *, field: str) -> None:
        super().__init__("this has no place on that record", field=field)
        self.why = why
