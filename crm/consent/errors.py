"""What can go wrong with consent."""

from __future__ import annotations

from crm.values.errors import Missing


class PurposeMissing(Missing):
    """There is no such purpose."""

    def __init__(self) -> None:
        super().__init__("no such purpose")


class NobodyThere(Missing):
    """An act of somebody who does not exist."""

    def __init__(self) -> None:
        super().__init__("no such person")
