"""Lines that are about collections or payouts of ours: they settle them, or undo them, before any other rule looks."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.kept import KeptLine, Rule
from crm.collections import settling
from crm.collections.model import Seen
from crm.collections.settling import Ledger
from crm.payments import paying_out
from crm.payments.paying_out import Credit
from crm.values.identifiers import PersonId


def settle(
    session: Session, ledger: Ledger, waiting: Sequence[KeptLine], *, at: datetime
) -> tuple[list[KeptLine], dict[str, PersonId], set[str]]:
    """The lines that are left for other rules, of those settled whose each is, by fingerprint, and those
    left of which a colleague has to choose what they mean.
    """
    done = settling.settle(session, ledger, [seen(line) for line in waiting if not line.fee], at=at)
    unclear = {key for key, outcome in done.items() if outcome.is_unclear}
    done = {key: outcome for key, outcome in done.items() if key not in unclear}
    taken = [(line, done[line.fingerprint]) for line in waiting if line.fingerprint in done]
    back = {outcome.gift_id for line, outcome in taken if line.cents < 0 and outcome.gift_id is not None}
    came = store.credits_on(session, back) if back else {}
    store.decide_many(
        session,
        [
            (line, outcome.person_id, Rule.COLLECTION, came.get(outcome.gift_id or 0) if line.cents < 0 else None)
            for line, outcome in taken
        ],
        {line.id: outcome.gift_id for line, outcome in taken if outcome.gift_id is not None},
        at=at,
    )
    owners = {line.fingerprint: outcome.person_id for line, outcome in taken if outcome.person_id is not None}
    return [line for line in waiting if line.fingerprint not in done], owners, unclear


def settle_payouts(session: Session, waiting: Sequence[KeptLine], *, at: datetime) -> list[KeptLine]:
    """The lines that are left where those went that are transfers of payment providers: each settles one."""
    credits_ = [credit(line) for line in waiting if line.cents > 0 and not line.fee and line.return_kind is None]
    done = paying_out.settle(session, credits_) if credits_ else set()
    taken = [line for line in waiting if line.fingerprint in done]
    store.decide_many(session, [(line, None, Rule.PAYOUT, None) for line in taken], {}, at=at)
    return [line for line in waiting if line.fingerprint not in done]


def credit(line: KeptLine) -> Credit:
    """A line as the room of payments reads it."""
    return Credit(key=line.fingerprint, booked_on=line.booked_on, cents=line.cents, text=_words(line))


def _words(line: KeptLine) -> str:
    return " ".join(text for text in (line.communication, line.end_to_end_id, line.structured) if text)


def seen(line: KeptLine) -> Seen:
    """A line as the room of collections reads it."""
    said = (line.end_to_end_id, line.batch, line.structured, line.communication)
    return Seen(
        key=line.fingerprint,
        booked_on=line.booked_on,
        value_on=line.value_on,
        executed_on=line.executed_on,
        cents=line.cents,
        references=tuple(text for text in said if text),
        end_to_end_id=line.end_to_end_id or "",
        mandate=line.mandate or "",
        is_return=line.return_kind is not None,
        reason=line.return_reason or "",
    )
