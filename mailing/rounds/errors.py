"""What can go wrong with rounds."""

from __future__ import annotations

from crm.values.errors import Conflict


class RoundDecided(Conflict):
    """Somebody has decided on it already, or nobody proposed it."""

    def __init__(self) -> None:
        super().__init__("this round does not wait for a decision")


class OwnRound(Conflict):
    """Whoever proposed a round cannot be the one who agrees."""

    def __init__(self) -> None:
        super().__init__("another person has to decide")
