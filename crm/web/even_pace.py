"""Answers that take the same time whatever was found, so that waiting tells nothing about who is known here."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager

from flask import current_app

SECONDS = 0.2
"""Far more than a sign-up takes on a calm day; on a busy one, the answer waits for the next whole multiple."""


@contextmanager
def even_pace(seconds: float = SECONDS) -> Iterator[None]:
    """Leaves after a whole multiple of `seconds` (or of the application's `EVEN_PACE_SECONDS`; 0 leaves at once)."""
    step: float = current_app.config.get("EVEN_PACE_SECONDS", seconds)
    started = time.monotonic()
    try:
        yield
    finally:
        if step:
            spent = time.monotonic() - started
            time.sleep(math.ceil(spent / step) * step - spent)
