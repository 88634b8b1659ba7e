"""Reads what came back: reports in the Maildir, and recipients that our relay refused outright."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from mailing.feedback import service as feedback

log = logging.getLogger("portevoix.feedback")
AT_ONCE = 500


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """What was found, counted. A mail leaves the folder of new ones only after what it means is committed.

    A mail that cannot be dealt with is kept aside, and keeps no other back.
    """
    with assembly.database.transaction() as session:
        counts = feedback.read_refusals(session, at=now)
    maildir = assembly.settings.mail.bounce_maildir
    if maildir is not None:
        for mail in feedback.waiting(maildir, most=AT_ONCE):
            counts += _take_in(assembly, mail, now)
    return dict(counts)


def _take_in(assembly: Assembly, mail: feedback.Waiting, now: datetime) -> Counter[str]:
    if mail.raw is None:
        feedback.set_aside(mail)
        return Counter({"aside": 1})
    try:
        with assembly.database.transaction() as session:
            finding = feedback.take_in(session, assembly.sealer, assembly.links, mail.raw, at=now)
    except ValueError:
        log.exception("a returned mail could not be dealt with")
        feedback.set_aside(mail)
        return Counter({"aside": 1})
    feedback.put_away(mail)
    return Counter({finding.value if finding else "seen-before": 1})
