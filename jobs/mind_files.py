"""Forgets the lines of results of calls that are over their term."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.fundraising import calls
from crm.values.calendar import brussels_day


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many lines were forgotten."""
    with assembly.database.transaction() as session:
        forgotten = calls.forget(session, on=brussels_day(now))
    return {"forgotten": forgotten}
