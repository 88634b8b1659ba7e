"""Counts the figures of giving: each hour, less often where that is much work, and when somebody asks."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.figures import service as figures
from crm.figures.model import Part


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Nothing where nothing is due."""
    with assembly.database.reading() as session:
        if not figures.is_due(session, at=now):
            return {"counted": 0}
    return {"counted": len(Part), "milliseconds": count(assembly, now)}


def count(assembly: Assembly, now: datetime) -> int:
    """Counts all; in how many milliseconds. Each part is read for itself, and written in a short transaction."""
    spent = 0
    for part in Part:
        with assembly.database.reading() as session:
            sheet = figures.reckon(session, assembly.questions, part, at=now, stopwatch=time.monotonic)
        with assembly.database.transaction() as session:
            figures.keep(session, sheet)
        spent += sheet.milliseconds
    return spent
