"""Forgets lines of results of calls over their term and what was left of files that stopped in the middle.

Asks for the destruction of files that others have.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.actions import delivering
from crm.assembly import Assembly
from crm.foundation import print_files
from crm.foundation.translation import N_, say
from crm.fundraising import calls, exporting
from crm.segments import leaving
from crm.staff import service as staff
from crm.values.calendar import brussels_day

DESTROY = N_("Détruire notre fichier des signatures de « %(name)s » (liste n° %(id)s), puis le dire sur sa page")


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many lines were forgotten, for how many files somebody was reminded (once for each), what was swept."""
    swept = print_files.sweep(now - timedelta(hours=6))
    language = assembly.settings.office_language
    with assembly.database.transaction() as session:
        forgotten = calls.forget(session, on=brussels_day(now))
        active = {one.id for one in staff.accounts(session) if one.is_active}
        reminded = exporting.remind(session, language=language, active=active, at=now)
        reminded += leaving.remind(session, language=language, active=active, at=now)
        for one, petition in delivering.to_destroy(session, on=brussels_day(now)):
            title = say(language, DESTROY, name=petition[: leaving.LONGEST_NAME], id=one.id)
            task_id = leaving.reminder(session, title, handed_by=one.made_by, active=active, at=now)
            delivering.reminded(session, one.id, task_id)
            reminded += 1
    return {"forgotten": forgotten, "reminded": reminded, "swept": swept}
