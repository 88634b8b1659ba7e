"""Forgets what stood in files before they were corrected, once nobody takes it back any more."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.people import changes


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many changes were forgotten."""
    with assembly.database.transaction() as session:
        return {"changes_forgotten": changes.forget(session, before=now - changes.KEPT_FOR)}
