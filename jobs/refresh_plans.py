"""Just after midnight: terms agreed for today are today's, what the dead promised rests, scans of nothing go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.assembly import Assembly
from crm.plans import mourning, papers
from crm.plans import service as plans
from crm.values.calendar import brussels_day

STRAY_AFTER = timedelta(days=1)


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Twice is once."""
    with assembly.database.transaction() as session:
        rested = mourning.rest(session, assembly.settings.office_language, at=now)
        refreshed = plans.refresh_terms(session, brussels_day(now))
        strays = papers.strays(session, assembly.drawer, older_than=now - STRAY_AFTER)
    for token in strays:
        assembly.drawer.shelf.forget(token)
    return {"plans": refreshed, "rested": rested, "strays": len(strays)}
