"""Writes down each day, outside the database, where the chains end; and mails it to the two people who keep it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.ledgers.anchors import anchors
from jobs.ledgers import LEDGERS
from mailing.correspondence import colleagues


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many chains were written down, and how many letters are owed."""
    with assembly.database.reading() as session:
        found = anchors(session, LEDGERS, at=now)
    if not found:
        return {"anchored": 0, "letters": 0}
    assembly.anchor_book.write(found)
    keepers, language = assembly.settings.anchor_keepers, assembly.settings.office_language
    heads = [str(one) for one in found]
    with assembly.database.transaction() as session:
        for keeper in keepers:
            colleagues.send_anchors(session, assembly.desk, address=keeper, language=language, heads=heads, at=now)
    return {"anchored": len(found), "letters": len(keepers)}
