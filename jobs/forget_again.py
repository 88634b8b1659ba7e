"""Forgets again whom a restored backup brought back: the journal of erasures lies outside the database."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.privacy import erasing


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many people were forgotten once more; 0 in a healthy house."""
    with assembly.database.transaction() as session:
        done = erasing.forget_again(session, assembly.holdings, at=now)
    if done:
        assembly.database.settle_deletions()
    return {"forgotten": len(done)}
