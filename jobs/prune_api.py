"""Forgets what programs asked long ago: counts after an hour, keys after two days, requests after 400 days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.partners import service as partners


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many requests were forgotten."""
    with assembly.database.transaction() as session:
        return {"forgotten": partners.prune(session, now)}
