"""What a file says of the magazine: weighed beside what is held, written, and taken out again."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.imports.giving import Heard
from crm.imports.model import Change, ChangeKind, Reason, Run
from crm.imports.wish_beside import Subscribed
from crm.magazine import taking_over as magazine
from crm.magazine.model import Basis, Format, Subscription
from crm.people.taking_back import Kept
from crm.values.identifiers import PersonId


class Readers:
    """The subscriptions of one block on its way; rows see what earlier ones bring."""

    def __init__(self, session: Session, person_ids: Collection[int]) -> None:
        held = magazine.there(session, person_ids) if person_ids else {}
        self._there: dict[int, Subscription] = dict(held.items())

    def weigh(self, one: Subscribed, person_id: int | None) -> Heard:
        """What that subscription comes to; `person_id` is None for a newcomer, and where nobody can tell whose."""
        stands = None if person_id is None else self._there.get(person_id)
        if stands is None:
            return Heard(reason=(Reason.SUBSCRIBES, one.basis), is_new=True)
        if stands == as_said(one, stands.person_id):
            return Heard(reason=(Reason.SUBSCRIPTION_THERE, ""))
        return Heard(reason=(Reason.SUBSCRIPTION_OTHERWISE, ""), asks=True)

    def bring(self, one: Subscribed, person_id: int) -> None:
        """Notes that a row brings it, for the rows that follow."""
        self._there.setdefault(person_id, as_said(one, PersonId(person_id)))


def as_said(one: Subscribed, person_id: PersonId) -> Subscription:
    """What is held once a row went in."""
    return Subscription(
        person_id=person_id,
        basis=Basis(one.basis),
        copies=one.copies,
        format=Format(one.format),
        from_number=one.from_number,
        until_number=one.until_number,
    )


def write(
    session: Session, run: Run, told: Sequence[tuple[int, Subscribed, PersonId]], *, at: datetime
) -> list[Change]:
    """Writes subscriptions, each given as (row, subscription, whose), and says what was written."""
    magazine.bring_many(session, [as_said(one, whose) for _, one, whose in told], by=run.started_by, at=at)
    return [
        Change(
            number=number,
            kind=ChangeKind.SUBSCRIPTION,
            target_id=person_id,
            person_id=person_id,
            before={},
            after=one.as_json(),
        )
        for number, one, person_id in told
    ]


def take_back(session: Session, changes: Sequence[Change]) -> dict[int, Kept]:
    """Takes those subscriptions out; by row number, why one stays."""
    brought = {PersonId(c.target_id): c for c in changes if c.kind is ChangeKind.SUBSCRIPTION}
    if not brought:
        return {}
    said = {whose: as_said(Subscribed.of_json(c.after), whose) for whose, c in brought.items()}
    gone = magazine.take_back(session, said)
    return {c.number: Kept.CHANGED for whose, c in brought.items() if whose not in gone}
