"""Looks once a night at every row and block of the ledgers."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.ledgers import service as ledgers
from jobs.errors import LedgerTouched
from jobs.ledgers import LEDGERS

log = logging.getLogger(__name__)


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many rows are as they were written. Raises `LedgerTouched` where something is not.

    Each chain's head goes to the log, so that a copy of it stands outside the database.
    """
    verified = 0
    for ledger in LEDGERS:
        with assembly.database.reading() as session:
            found = ledgers.verify(session, assembly.sealer, ledger)
        if found.faults:
            first = found.faults[0]
            raise LedgerTouched(ledger.name, kind=first.kind.value, block=first.block, row=first.row)
        head = found.state.head
        if head is not None:
            told = {"ledger": ledger.name, "block": head.number, "mark": head.mark, "as_of": now.isoformat()}
            log.info("chain", extra=told)
        verified += found.state.chained + found.state.waiting
    return {"verified": verified}
