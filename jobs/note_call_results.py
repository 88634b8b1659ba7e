"""Notes, a few lines at a time, the results of calls that somebody let hold."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.fundraising import calls


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Takes each file that waits to its end; how many lines were looked at."""
    with assembly.database.reading() as session:
        waiting, done = calls.waiting(session), 0
    for appeal_id, report_id in waiting:
        several = 1
        while several:
            with assembly.database.transaction() as session:
                several = calls.step(session, assembly.sealer, appeal_id, report_id, at=now)
            done += several
    return {"lines": done}
