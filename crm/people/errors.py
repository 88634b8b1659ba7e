"""What can go wrong with people."""

from __future__ import annotations

from crm.values.errors import Missing


class PersonMissing(Missing):
    """There is no such person."""

    def __init__(self) -> None:
        super().__init__("no such person")
