"""What was printed: the numbers of a run as the trail froze them, so that only those count as having left."""

from __future__ import annotations

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.audit.model import Wanted
from crm.web.office import guard


def last(session: Session, action: str, name: str) -> frozenset[int]:
    """The numbers that were printed last: by whoever is signed in, else by anybody; none where nothing was."""
    by = guard.signed_in().account.id
    for wanted in (Wanted(action=action, account_id=by), Wanted(action=action)):
        for entry in audit.entries(session, wanted, limit=1):
            return frozenset(int(number) for number in entry.facts.get(name, ()))
    return frozenset()
