"""Forgets what the clock did long ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from jobs import service


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many runs were forgotten; in short transactions, so that nobody waits."""
    forgotten = 0
    while True:
        with assembly.database.transaction() as session:
            gone = service.prune(session, now)
        forgotten += gone
        if gone < service.PRUNED_AT_ONCE:
            return {"forgotten": forgotten}
