"""What goes wrong between words and bytes."""

from __future__ import annotations

from crm.values.errors import Invalid


class UnknownPlaceholder(Invalid):
    """An editor wrote a placeholder that is on no list."""

    def __init__(self, name: str, *, field: str | None = None) -> None:
        super().__init__(f"unknown placeholder (({name}))", field=field)
        self.name = name


class TwoFallbacks(Invalid):
    """One edition calls readers without a first name by two different words."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(f"two fallbacks for one first name: {first} and {second}")


class WrongFacts(Invalid):
    """A letter was given facts it does not know, or lacks one it needs."""


class UnfilledSlot(Invalid):
    """A mail has a slot for which no value was given."""

    def __init__(self, slot: str) -> None:
        super().__init__(f"no value for {slot}")
