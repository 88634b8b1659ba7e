"""Forgets the lines of results of calls over their term; asks for the destruction of files that others have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.fundraising import calls, exporting
from crm.segments import leaving
from crm.staff import service as staff
from crm.values.calendar import brussels_day


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many lines were forgotten, and for how many files somebody was reminded: once for each."""
    language = assembly.settings.office_language
    with assembly.database.transaction() as session:
        forgotten = calls.forget(session, on=brussels_day(now))
        active = {one.id for one in staff.accounts(session) if one.is_active}
        reminded = exporting.remind(session, language=language, active=active, at=now)
        reminded += leaving.remind(session, language=language, active=active, at=now)
    return {"forgotten": forgotten, "reminded": reminded}
