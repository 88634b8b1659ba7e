"""Who wants to hear of a mailbox that somebody has from now on, however it came: typed, paid from, or sent.

What comes in files, many at once, is looked at by whoever brings it in.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from sqlalchemy.orm import Session

Listener = Callable[[Session, str, str, datetime], None]
"""Of an address in its normal form, its key, and when."""

_LISTENING: list[Listener] = []


def listen(listener: Listener) -> None:
    """From now on that is called for each new mailbox, within the transaction that writes it."""
    if listener not in _LISTENING:
        _LISTENING.append(listener)


def came(session: Session, normal: str, address_key: str, at: datetime) -> None:
    """Tells all who listen."""
    for listener in _LISTENING:
        listener(session, normal, address_key, at)
