"""Tells people what we shall ask of their banks, by mail; who has no mailbox waits for a letter at the SEPA desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, collecting_office
from crm.collections import announcing
from crm.plans.model import Channel
from crm.values.calendar import brussels_day
from mailing.correspondence import notices


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many were told. The mail and the proof of it are one transaction."""
    office, today = collecting_office(assembly), brussels_day(now)
    if not office.creditor.creditor_id:
        return {"told": 0}
    told = 0
    after: int | None = 0
    while after is not None:
        with assembly.database.transaction() as session:
            several, after = announcing.due(session, office, today, after=after)
            creditor = office.creditor.creditor_id
            owed = notices.send(session, assembly.desk, several, creditor=creditor, at=now)
            told += announcing.note(session, owed, Channel.MAIL, today)
    return {"told": told}
