"""Every night: attestations still say what the gifts say, or finance is told once, with a task."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.attestations import correcting, drifting


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many people's papers differ in all, and how many tasks were made."""
    differ = tasks = 0
    with assembly.database.reading() as session:
        years = drifting.years(session)
    for year in years:
        with assembly.database.reading() as session:
            found = correcting.drift(session, year)
        with assembly.database.transaction() as session:
            language = assembly.settings.office_language
            tasks += drifting.note(session, year, found, language=language, at=now)
        differ += len(found)
    return {"differ": differ, "tasks": tasks}
