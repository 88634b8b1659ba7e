"""What can go wrong with partners."""

from __future__ import annotations

from crm.values.errors import Conflict, Missing


class TokenMissing(Missing):
    """There is no such token."""

    def __init__(self) -> None:
        super().__init__("aucun jeton de ce nom")


class RequestMissing(Missing):
    """That token handed in nothing under this reference or key."""

    def __init__(self) -> None:
        super().__init__("no such request")


class KeyReused(Conflict):
    """That idempotency key came with other content before."""

    def __init__(self) -> None:
        super().__init__("that idempotency key came with other content before")
