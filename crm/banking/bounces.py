"""Refunds of ours that the bank could not pay and gave back: found by the name of the transfer, else by its account.

Nothing is booked: the decision on the refund stands, and so does its debit; what is owed again is paid anew.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.kept import KeptLine, Rule
from crm.banking.paying_back import IBAN, standing
from crm.foundation.database import hold
from crm.people import links
from crm.values.calendar import brussels_day
from crm.values.identifiers import GiftId, PersonId
from crm.vault import service as vault


def settle(session: Session, waiting: Sequence[KeptLine], *, at: datetime) -> list[KeptLine]:
    """The lines that are left where those went that surely bring back one refund; what may be several waits."""
    back = [line for line in waiting if line.is_back and line.booked_on <= brussels_day(at)]
    if not back:
        return list(waiting)
    hold(session, "refunds paid")
    free = list(standing(session, {line.cents for line in back}))
    holders = links.known_by(session, {(IBAN, line.account_key) for line in back if line.account_key})
    taken: list[tuple[KeptLine, Any]] = []
    for line in sorted(back, key=lambda one: (one.booked_on, one.id)):
        found = _brought_back(line, free, holders)
        if len(found) == 1:
            free.remove(found[0])
            taken.append((line, found[0]))
    if not taken:
        return list(waiting)
    decided = [(line, PersonId(paid.person_id), Rule.REFUND, None) for line, paid in taken]
    store.decide_many(session, decided, {line.id: GiftId(paid.gift_id) for line, paid in taken}, at=at)
    vault.forget_waiting(session, {line.fingerprint for line, _ in taken})
    done = {line.id for line, _ in taken}
    return [line for line in waiting if line.id not in done]


def _brought_back(
    line: KeptLine, free: Sequence[Any], holders: Mapping[tuple[str, str], Collection[int]]
) -> Sequence[Any]:
    """The paid refunds of that very amount which a line may bring back: by the name of the transfer where it says one
    of ours, else by its account.
    """
    same = [paid for paid in free if paid.cents == -line.cents and paid.on <= line.booked_on]
    named = [paid for paid in same if line.end_to_end_id and paid.end_to_end_id == line.end_to_end_id]
    if named or not line.account_key:
        return named
    whose = holders.get((IBAN, line.account_key), ())
    return [paid for paid in same if paid.account_key == line.account_key or paid.person_id in whose]
