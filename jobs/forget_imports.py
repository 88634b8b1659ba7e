"""Forgets files that came in, and what their rows said, on their purge day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.assembly import Assembly, import_worker
from crm.imports import service as imports

STRAY_AFTER = timedelta(days=1)


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """What was imported stays; the files, their rows and the possibility to undo do not. Cut uploads go too."""
    shelf = import_worker(assembly).shelf
    with assembly.database.transaction() as session:
        forgotten = imports.forget(session, shelf, at=now)
        strays = imports.strays(session, shelf, older_than=now - STRAY_AFTER)
    for token in strays:
        shelf.forget(token)
    return {"forgotten": forgotten, "strays": len(strays)}
