"""Lines that are about collections of ours: they settle them, or undo them, before any other rule looks at them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.kept import KeptLine, Rule
from crm.collections import settling
from crm.collections.model import Seen
from crm.collections.settling import Ledger
from crm.values.identifiers import PersonId


def settle(
    session: Session, ledger: Ledger, waiting: Sequence[KeptLine], *, at: datetime
) -> tuple[list[KeptLine], dict[str, PersonId]]:
    """The lines that are left for other rules, and of those settled whose each is, by fingerprint."""
    done = settling.settle(session, ledger, [_seen(line) for line in waiting if not line.fee], at=at)
    taken = [(line, done[line.fingerprint]) for line in waiting if line.fingerprint in done]
    store.decide_many(
        session,
        [(line, outcome.person_id, Rule.COLLECTION, None) for line, outcome in taken],
        {line.id: outcome.gift_id for line, outcome in taken if outcome.gift_id is not None},
        at=at,
    )
    owners = {line.fingerprint: outcome.person_id for line, outcome in taken if outcome.person_id is not None}
    return [line for line in waiting if line.fingerprint not in done], owners


def _seen(line: KeptLine) -> Seen:
    said = (line.end_to_end_id, line.batch, line.structured, line.communication)
    return Seen(
        key=line.fingerprint,
        booked_on=line.booked_on,
        value_on=line.value_on,
        cents=line.cents,
        references=tuple(text for text in said if text),
        end_to_end_id=line.end_to_end_id or "",
        mandate=line.mandate or "",
        is_return=line.return_kind is not None,
        reason=line.return_reason or "",
    )
