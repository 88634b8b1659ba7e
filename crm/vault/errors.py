"""What can go wrong in the vault."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class NumberMissing(Missing):
    """No number of this person is held."""

    def __init__(self) -> None:
        super().__init__("no national number is held for this person")


class NumberElsewhere(Conflict):
    """Somebody else has this very number: one of the two records is wrong, or they are one person."""

    def __init__(self) -> None:
        super().__init__("another record has this national number")
