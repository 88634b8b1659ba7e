"""Ends mailings of which nothing is to leave any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from mailing.delivery import service as delivery

AT_ONCE = 1000


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Marks them and their editions as sent; settles the rows of cancelled ones, a thousand in a transaction."""
    finished = cancelled = 0
    while True:
        with assembly.database.transaction() as session:
            done = delivery.finish(session, now, most=AT_ONCE)
        finished, cancelled = finished + done["finished"], cancelled + done["cancelled"]
        if done["cancelled"] < AT_ONCE:
            return {"finished": finished, "cancelled": cancelled}
