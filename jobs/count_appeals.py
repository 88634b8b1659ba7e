"""Counts what came of appeals: when a gift comes or somebody asks, each hour while answers come in, weekly after."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.figures import outcomes
from crm.values.identifiers import AppealId


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Nothing where nothing is due."""
    with assembly.database.reading() as session:
        has_news = outcomes.has_news(session)
    if has_news:
        with assembly.database.transaction() as session:
            outcomes.notice(session, at=now)
    with assembly.database.reading() as session:
        several = outcomes.due(session, at=now)
    return {"counted": len(several), "milliseconds": sum(count(assembly, one, now) for one in several)}


def count(assembly: Assembly, appeal_id: AppealId, now: datetime) -> int:
    """Counts one; in how many milliseconds. It is read for itself, and written in a short transaction."""
    with assembly.database.reading() as session:
        found = outcomes.reckon(session, appeal_id, at=now, stopwatch=time.monotonic)
    with assembly.database.transaction() as session:
        outcomes.keep(session, found)
    return found.count.milliseconds
