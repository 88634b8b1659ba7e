"""Just after midnight: terms that were agreed for today are today's, and what the dead promised rests."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.plans import mourning
from crm.plans import service as plans
from crm.values.calendar import brussels_day


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Twice is once."""
    with assembly.database.transaction() as session:
        rested = mourning.rest(session, assembly.settings.office_language, at=now)
        return {"plans": plans.refresh_terms(session, brussels_day(now)), "rested": rested}
