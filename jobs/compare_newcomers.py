"""Compares whoever was added or changed since the last look with everybody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.duplicates import service as duplicates

SLICES = 40
"""So many in one turn: the rest of a large import waits for the next minute."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """A slice of people a transaction; how many were compared, and how many pairs are new."""
    people = new = 0
    for _ in range(SLICES):
        with assembly.database.transaction() as session:
            found = duplicates.compare_newcomers(session, at=now)
        if found is None:
            break
        people, new = people + found.people, new + found.new
    for _ in range(SLICES):
        with assembly.database.transaction() as session:
            found = duplicates.compare_changed(session, at=now)
        if found is None:
            break
        people, new = people + found.people, new + found.new
    return {"people": people, "new": new}
