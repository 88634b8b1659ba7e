"""Tells the policies of consent who bought, who gave and who is a member, as the gifts say."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.consent import policies
from crm.donations.populations import populations
from crm.values.calendar import brussels_day


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many came to a population, and how many left one; each in a transaction of its own."""
    came, left = 0, 0
    for population, belongs in populations(brussels_day(now)).items():
        with assembly.database.transaction() as session:
            more, fewer = policies.settle_population(session, population, belongs, at=now)
        came, left = came + more, left + fewer
    return {"came": came, "left": left}
