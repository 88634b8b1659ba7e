"""Chains what was written to the ledgers since the last time."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.ledgers import service as ledgers
from jobs.ledgers import LEDGERS


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many rows were chained; a block in a transaction, so that nobody waits."""
    sealed = 0
    for ledger in LEDGERS:
        while True:
            with assembly.database.transaction() as session:
                block = ledgers.seal(session, assembly.sealer, ledger, at=now)
            sealed += block.count if block else 0
            if block is None or block.count < ledgers.AT_ONCE:
                break
    return {"sealed": sealed}
