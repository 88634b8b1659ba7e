"""Makes up the editions whose time to be proposed has come."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from mailing.composition import service as composition
from mailing.composition.model import EditionState


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many editions were proposed, and how many skipped because there was nothing new."""
    with assembly.database.transaction() as session:
        made = composition.propose_due(session, now, organisation=assembly.settings.organisation)
    skipped = sum(1 for edition in made if edition.state is EditionState.SKIPPED)
    return {"proposed": len(made) - skipped, "skipped": skipped}
