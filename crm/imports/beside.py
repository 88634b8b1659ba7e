"""What a row brings beside the person (a plan, a subscription, a membership, a paper), each weighed by its own room."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.imports.amending import Amendments
from crm.imports.attesting import Papers
from crm.imports.earlier import Before
from crm.imports.giving import Heard
from crm.imports.joining import Memberships
from crm.imports.promising import Promises
from crm.imports.subscribing import Readers
from crm.imports.wish import Wish


class Beside:
    """All of that of one block on its way; rows see what earlier ones bring. `met`: who of those rows is known."""

    def __init__(
        self, session: Session, wishes: Sequence[Wish], met: Collection[int], before: Before, *, at: datetime
    ) -> None:
        self._plans = Promises(session, wishes, before)
        self._readers = Readers(session, met if any(wish.subscribed for wish in wishes) else ())
        self._members = Memberships(session, [wish.joined for wish in wishes if wish.joined], met)
        self._amendments = Amendments(session, [wish.amended for wish in wishes if wish.amended], met, at=at)
        self._papers = Papers(session, wishes, before)

    def weigh(self, wish: Wish, person_id: int | None) -> Heard | None:
        """What it comes to; None where the row brings nothing of the kind."""
        if wish.promised is not None:
            return self._plans.weigh(wish.promised, person_id)
        if wish.subscribed is not None:
            return self._readers.weigh(wish.subscribed, person_id)
        if wish.amended is not None:
            return self._amendments.weigh(wish.amended, person_id, wish.decided)
        if wish.joined is not None:
            return self._members.weigh(wish.joined, person_id)
        return None if wish.attested is None else self._papers.weigh(wish.attested, person_id)

    def bring(self, wish: Wish, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        if wish.promised is not None:
            self._plans.bring(wish.promised, person_id)
        if wish.subscribed is not None:
            self._readers.bring(wish.subscribed, person_id)
        if wish.amended is not None:
            self._amendments.bring(wish.amended, person_id, wish.decided)
        if wish.joined is not None:
            self._members.bring(wish.joined, person_id)
        if wish.attested is not None:
            self._papers.bring(wish.attested, person_id)
