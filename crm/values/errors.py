"""The four kinds of error; every exception of a room is one of them."""

from __future__ import annotations


class PortevoixError(Exception):
    """News that a caller can act on. `str(error)` is safe to show: it holds no personal data."""


class Invalid(PortevoixError):
    """What was given cannot be used as it is. `field` names the input that has to be mended."""

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Missing(PortevoixError):
    """What was asked for does not exist (or is not the asker's to see)."""


class Conflict(PortevoixError):
    """The thing is in a state that does not allow this; look again, then decide."""


class Unavailable(PortevoixError):
    """Something outside (a server, a disk, a network) did not do its part; trying later may work."""
