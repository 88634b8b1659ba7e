"""Settles what senders left behind that are no longer there, in case no other sender runs to do it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from mailing.delivery import service as delivery


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Gives abandoned claims back and lists abandoned tries as being in doubt."""
    given_back = uncertain = 0
    while True:
        with assembly.database.transaction() as session:
            found = delivery.recover(session, now, most=500)
        given_back, uncertain = given_back + found.given_back, uncertain + found.uncertain
        if not (found.given_back or found.uncertain):
            return {"given_back": given_back, "uncertain": uncertain}
