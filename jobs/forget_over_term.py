"""Forgets each night what is over its term; a term is data (`portevoix privacy term`). Papers go with their words."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, press
from crm.privacy import terms


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many rows went, by term."""
    with assembly.database.transaction() as session:
        done = terms.forget(session, assembly.keepers, at=now)
    if any(one.rows for one in done):
        assembly.database.settle_deletions()
    press(assembly).throw_away()
    return {one.code: one.rows for one in done}
