"""Keeps memberships: opens those that a fee began, reminds before they run out, writes to the voters of an assembly."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.assembly import Assembly
from crm.members import assemblies, convoking, reminding
from crm.members import service as members
from crm.members.model import RemindWay
from crm.people import service as people
from crm.values.calendar import brussels_day
from mailing.correspondence import memberships
from mailing.feedback import service as feedback
from mailing.rendering.model import LetterKind

LOOK_BACK = timedelta(days=60)
"""So long after it was owed a mail may still come back."""
AT_ONCE = 200
"""Mails owed in one transaction."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many memberships were opened, reminders and convocations owed."""
    with assembly.database.transaction() as session:
        opened = members.catch_up(session, at=now)
    return {"opened": opened, "reminded": _remind(assembly, now), "convoked": _convoke(assembly, now)}


def _remind(assembly: Assembly, now: datetime) -> int:
    """Whoever has no mailbox is left for a letter; so is whom a mail did not reach, unless they have another."""
    with assembly.database.transaction() as session:
        lost = feedback.undelivered(session, LetterKind.FEE.value, since=now - LOOK_BACK)
        reminding.take_back(session, {memberships.reminded_of(name): at for name, at in lost})
    reminded = after = 0
    while True:
        with assembly.database.transaction() as session:
            due = reminding.due(session, at=now, size=AT_ONCE, after=after)
            known = people.people(session, {one.person_id for one in due})
            owed = memberships.remind(session, assembly.desk, [(one, known[one.person_id]) for one in due], at=now)
            reminding.note(session, owed, RemindWay.MAIL, at=now)
        reminded += len(owed)
        if len(due) < AT_ONCE:
            return reminded
        after = due[-1].membership_id


def _convoke(assembly: Assembly, now: datetime) -> int:
    """By mail; those who are asked by letter wait for a colleague."""
    convoked, today = 0, brussels_day(now)
    with assembly.database.reading() as session:
        several = assemblies.convoking(session, on=today)
    for one in several:
        after = 0
        while True:
            with assembly.database.transaction() as session:
                some = convoking.waiting(session, one, RemindWay.MAIL, on=today, size=AT_ONCE, after=after)
                known = people.people(session, some)
                owed = memberships.convoke(session, assembly.desk, one, [known[who] for who in some], at=now)
                convoking.note(session, one.id, owed, RemindWay.MAIL, at=now)
            convoked += len(owed)
            if len(some) < AT_ONCE:
                break
            after = some[-1]
    return convoked
