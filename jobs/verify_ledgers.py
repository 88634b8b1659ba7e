"""Looks once a night at every row and block of the ledgers, and at where people stand by them."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.ledgers import service as ledgers
from jobs.errors import LedgerTouched, StandingsDrifted
from jobs.ledgers import LEDGERS

log = logging.getLogger(__name__)


def run(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """How many rows are as they were written. Raises `LedgerTouched` where something is not, and `StandingsDrifted`.

    Where a chain's head was written down outside the database, it must still be there. Each head goes to the log too.
    """
    verified, written_down = 0, assembly.anchor_book.latest()
    for ledger in LEDGERS:
        with assembly.database.reading() as session:
            anchor = written_down.get(ledger.name)
            head = anchor.head if anchor else None
            found = ledgers.verify(session, assembly.sealer, ledger, head=head)
        if found.faults:
            first = found.faults[0]
            raise LedgerTouched(ledger.name, kind=first.kind.value, block=first.block, row=first.row)
        newest = found.state.head
        if newest is not None:
            told = {"ledger": ledger.name, "block": newest.number, "mark": newest.mark, "as_of": now.isoformat()}
            log.info("chain", extra=told)
        verified += found.state.chained + found.state.waiting
    with assembly.database.reading() as session:
        drifted = consent.drift(session)
    if drifted:
        raise StandingsDrifted(drifted)
    return {"verified": verified}
