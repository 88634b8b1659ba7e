"""What can go wrong in supporter care."""

from __future__ import annotations

from crm.values.errors import Missing


class NoteMissing(Missing):
    """There is no such note."""

    def __init__(self) -> None:
        super().__init__("no such note")


class InteractionMissing(Missing):
    """There is no such contact."""

    def __init__(self) -> None:
        super().__init__("no such interaction")


class TaskMissing(Missing):
    """There is no such task."""

    def __init__(self) -> None:
        super().__init__("no such task")
