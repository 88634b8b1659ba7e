"""Every evening: the rows by which segments are counted are what the rooms say, but for whoever was noted."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.segments import wide
from jobs import keep_segments
from jobs.errors import SegmentsDiffered


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Short transactions beside a house at work. Raises `SegmentsDiffered`, once rows that differed are mended."""
    with assembly.database.reading() as session:
        is_whole = wide.is_whole(session, assembly.questions, at=now)
    keep_segments.follow(assembly, now)
    differed = keep_segments.go_through(assembly, now) if is_whole else None
    if differed:
        raise SegmentsDiffered(differed)
    return {"differed": differed}
