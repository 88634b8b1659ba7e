"""Tells people what we shall ask of their banks, by mail; who has no mailbox waits for a letter at the SEPA desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.assembly import Assembly, collecting_office
from crm.collections import announcing
from crm.plans.model import Channel
from crm.values.calendar import brussels_day
from mailing.correspondence import notices
from mailing.feedback import service as feedback
from mailing.rendering.model import LetterKind

LOOK_BACK = timedelta(days=60)
"""So long after it was owed a mail may still come back."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many were told. The mail and the proof of it are one transaction."""
    office, today = collecting_office(assembly), brussels_day(now)
    if not office.creditor.creditor_id:
        return {"told": 0, "taken_back": 0}
    told, taken_back = 0, _take_back(assembly, now)
    after: int | None = 0
    while after is not None:
        with assembly.database.transaction() as session:
            several, after = announcing.due(session, office, today, after=after)
            owed = notices.send(session, assembly.desk, several, at=now)
            told += announcing.note(session, owed, Channel.MAIL, today)
    return {"told": told, "taken_back": taken_back}


def _take_back(assembly: Assembly, now: datetime) -> int:
    """Whom a mail did not reach is not told: another mailbox is tried, or a letter waits at the SEPA desk."""
    with assembly.database.transaction() as session:
        lost = feedback.undelivered(session, LetterKind.NOTICE.value, since=now - LOOK_BACK)
        return announcing.take_back(session, [(notices.plan_of(name), brussels_day(at)) for name, at in lost])
