"""Each morning: owes the letters of the welcome series to those whose first gift was so many days ago."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.donations import thanks
from mailing.series import service as series


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many mails were owed; twice is once."""
    with assembly.database.transaction() as session:
        thanks.note_calls(session)
        return {"owed": series.send(session, assembly.desk, at=now)}
