"""What can go wrong with the welcome series."""

from __future__ import annotations

from crm.values.errors import Missing


class StepMissing(Missing):
    """There is no such letter."""

    def __init__(self) -> None:
        super().__init__("no such letter of the series")
