"""What can go wrong with accounts."""

from __future__ import annotations

from crm.values.errors import Conflict, Invalid, Missing


class AccountExists(Conflict):
    """An account has that address already."""

    def __init__(self) -> None:
        super().__init__("an account has this address already")


class NoSuchAccount(Missing):
    """There is no such account."""

    def __init__(self) -> None:
        super().__init__("there is no such account")


class NoRole(Invalid):
    """An account needs a role."""

    def __init__(self) -> None:
        super().__init__("an account needs at least one role", field="roles")


class LastAdministrator(Conflict):
    """Without this account nobody could manage accounts any more."""

    def __init__(self) -> None:
        super().__init__("somebody has to stay administrator")


class WeakPassword(Invalid):
    """The password is too easy to guess."""

    def __init__(self, message: str) -> None:
        super().__init__(message, field="password")
