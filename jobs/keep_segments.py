"""Every minute: the rows by which segments are counted follow what was written since; once a day all are made anew."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.segments import wide

MOST_ROUNDS = 100
"""Beyond, the next minute goes on."""
FEW_ROUNDS = 40
"""Whoever was noted overnight is written first, so that most slices need a look only; of many, slices are faster."""


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Short transactions beside a house at work. The day begins once the figures of donors are of that day."""
    with assembly.database.reading() as session:
        is_due = wide.is_due(session, assembly.questions, at=now)
    is_made = is_due and make(assembly, now)
    return {"made": is_made, "refreshed": follow(assembly, now)}


def make(assembly: Assembly, now: datetime) -> bool:
    """Makes all rows what they must be today; False where that has to be begun anew."""
    with assembly.database.transaction() as session:
        wide.begin(session, assembly.questions, at=now)
    follow(assembly, now, most=FEW_ROUNDS)
    if go_through(assembly, now) is None:
        return False
    with assembly.database.transaction() as session:
        wide.end(session, at=now)
    return True


def go_through(assembly: Assembly, now: datetime) -> int | None:
    """Makes the rows of all what they must be: how many were otherwise of whom nothing was noted.

    None where the figures of donors are no longer of that day.
    """
    with assembly.database.reading() as session:
        slices = wide.slices(session, assembly.questions, at=now)
    differed = 0
    for start in slices:
        with assembly.database.reading() as session:
            differs = wide.differs(session, assembly.questions, start, at=now)
        if differs is False:
            continue
        with assembly.database.transaction() as session:
            found = wide.write_slice(session, assembly.questions, start, at=now)
        if found is None:
            return None
        differed += found
    return differed


def follow(assembly: Assembly, now: datetime, *, most: int = MOST_ROUNDS) -> int:
    """Writes the rows of whoever was noted anew, a few at a time; how many."""
    refreshed = 0
    for _ in range(most):
        with assembly.database.transaction() as session:
            some = wide.refresh(session, assembly.questions, at=now)
        refreshed += some
        if not some:
            break
    return refreshed
