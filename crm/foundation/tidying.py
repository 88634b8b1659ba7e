"""The tidying of memory (Python's search for cycles), put off while much is made that stays and holds no cycle."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

_alone = Lock()
_waiting: list[bool] = []
"""Of each that put it off: whether there was any tidying to put off."""


@contextmanager
def put_off() -> Iterator[None]:
    """Nothing is tidied inside; several at once may ask, the last to leave lets it begin again."""
    with _alone:
        _waiting.append(gc.isenabled())
        gc.disable()
    try:
        yield
    finally:
        with _alone:
            was = _waiting.pop()
            if _waiting:
                _waiting[-1] |= was
            elif was:
                gc.enable()
