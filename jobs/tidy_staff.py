"""Forgets what staff sign-in leaves behind once it is of no use."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.staff import service as staff


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many rows went: tries and links after 30 days, sessions 90 days after their last page."""
    with assembly.database.transaction() as session:
        return {"tidied": staff.forget_old(session, now)}
