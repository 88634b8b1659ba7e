"""Ends each morning the rounds whose last day is over: the yes of whoever kept silent expires."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from mailing.rounds import service as rounds


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many yeses expired."""
    with assembly.database.transaction() as session:
        return {"expired": rounds.close(session, assembly.sealer, at=now)}
