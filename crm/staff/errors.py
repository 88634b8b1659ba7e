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


class NoSuchSession(Missing):
    """There is no such session, or it is over."""

    def __init__(self) -> None:
        super().__init__("there is no such session")


class NoSuchPasskey(Missing):
    """The account has no such passkey."""

    def __init__(self) -> None:
        super().__init__("there is no such passkey")


class FactorNeeded(Conflict):
    """Somebody with this role needs a second factor: another one first."""

    def __init__(self) -> None:
        super().__init__("this role needs a second factor")


class AlreadyJoined(Conflict):
    """The person has followed their invitation."""

    def __init__(self) -> None:
        super().__init__("this person has joined already")
