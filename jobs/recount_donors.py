"""Every night: donor statistics are what the gifts say, and their windows go on by a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.donations import donors
from crm.donations import service as donations
from jobs.errors import DonorsDiffered, MoneyDrifted


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Short transactions beside a house at work. Raises `DonorsDiffered`, once figures that differed are mended.

    Raises `MoneyDrifted` where gifts are not what their movements say, which nothing mends by itself.
    """
    with assembly.database.reading() as session:
        count = donors.count(session)
        is_whole = count is not None and count.counted_at is not None
        differed = donors.drift(session) if is_whole else 0
    counted = turn(assembly, now) if is_whole and not differed else rebuild(assembly, now)
    with assembly.database.reading() as session:
        drifted = donations.drift(session)
    if drifted:
        raise MoneyDrifted(drifted)
    if differed:
        raise DonorsDiffered(differed)
    return {"counted": counted, "drift": differed}


def rebuild(assembly: Assembly, now: datetime) -> int:
    """Counts everybody anew, slice by slice; how many donors there are."""
    with assembly.database.transaction() as session:
        slices = donors.begin(session, at=now)
    for start in slices:
        with assembly.database.transaction() as session:
            donors.count_slice(session, start)
    with assembly.database.transaction() as session:
        return donors.end(session, at=now)


def turn(assembly: Assembly, now: datetime) -> int:
    """Counts those anew of whom a gift leaves a window today; how many they are."""
    with assembly.database.transaction() as session:
        several = donors.turn(session, at=now)
    counted = 0
    for some in several:
        with assembly.database.transaction() as session:
            donors.count_these(session, some)
        counted += len(some)
    with assembly.database.transaction() as session:
        donors.end(session, at=now)
    return counted
