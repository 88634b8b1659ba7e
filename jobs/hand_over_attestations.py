"""Makes the papers of numbered attestations, and writes to those they are about once a colleague let them go."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, press
from crm.attestations import handing
from crm.attestations import service as attestations
from crm.attestations.model import HandWay
from crm.people import service as people
from mailing.correspondence import tax_papers

PAPERS = 2000
"""Papers of one turn; the next turn goes on."""
MAILS = 200
"""Mails owed in one transaction."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many papers were made, and how many mails are owed."""
    with assembly.database.reading() as session:
        runs = attestations.unfinished(session)
    made, at_work = 0, press(assembly)
    for run_id in runs:
        counted: list[int] = []
        at_work.work(run_id, most=PAPERS, tell=counted.append)
        made += sum(counted)
    mailed = 0
    while some := _mail_some(assembly, now):
        mailed += some
    return {"made": made, "mailed": mailed}


def _mail_some(assembly: Assembly, now: datetime) -> int:
    with assembly.database.transaction() as session:
        due = handing.to_mail(session, at=now, size=MAILS)
        known = people.people(session, {one.person_id for one in due})
        papers = [(one.id, known[one.person_id], one.year, one.is_reminder) for one in due]
        owed = set(tax_papers.send(session, assembly.desk, papers, at=now))
        for is_reminder, way in ((False, HandWay.MAIL), (True, HandWay.REMINDER)):
            ids = [one.id for one in due if one.is_reminder is is_reminder and one.id in owed]
            handing.note(session, ids, way, at=now)
        return len(owed)
