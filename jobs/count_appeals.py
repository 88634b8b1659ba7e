"""Counts what came of appeals: when a gift comes or somebody asks, each hour while answers come in, weekly after."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.figures import outcomes
from crm.values.identifiers import AppealId

MOST_SECONDS = 240
"""Beyond, the next minute goes on."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Nothing where nothing is due."""
    with assembly.database.reading() as session:
        news = outcomes.news(session)
    if news is not None:
        with assembly.database.transaction() as session:
            outcomes.note(session, news, at=now)
    with assembly.database.reading() as session:
        several = outcomes.due(session, at=now)
    counted, spent = 0, 0
    for one in several:
        spent += count(assembly, one, now)
        counted += 1
        if spent > MOST_SECONDS * 1000:
            break
    return {"counted": counted, "milliseconds": spent}


def count(assembly: Assembly, appeal_id: AppealId, now: datetime) -> int:
    """Counts one; in how many milliseconds. It is read for itself, and written in a short transaction."""
    with assembly.database.reading() as session:
        found = outcomes.reckon(session, appeal_id, at=now, stopwatch=time.monotonic)
    with assembly.database.transaction() as session:
        outcomes.keep(session, found)
    return found.count.milliseconds
