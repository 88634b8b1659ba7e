"""What a few made-up people promised: monthly standing orders, with what came of them; some couples give by two."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.seeding.room import Batch
from crm.donations import pouring
from crm.donations.model import Basis, GiftKind, Method, Movement, NewGift, NewLine
from crm.people.model import PersonKind
from crm.plans import arriving
from crm.plans.arriving import Row
from crm.plans.model import Channel
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

REGULAR, BOTH = 0.004, 0.02
"""So many promise by themselves; of those who share a letter box, so many pairs do so both."""
INSTALMENTS = (500, 800, 1000, 1000, 1500, 2000)
ANCHOR, LONGEST = 5, 30
"""The day of each month, and the most months for which they have given."""


class Plans:
    """Plans of a small share, with the instalments that came."""

    name = "dons réguliers"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """Nothing has to be there."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Their plans, all still running."""
        today = brussels_day(batch.now)
        plans = [_plan(chance, person_id, today) for person_id in sorted(_promising(batch, chance))]
        arriving.bring_many(session, plans, at=batch.now)
        several = [gift for plan in plans for gift in _instalments(plan, today)]
        pouring.record_many(session, assembly.sealer, several, at=batch.now)
        return len(plans)


def _promising(batch: Batch, chance: Random) -> set[PersonId]:
    found, boxes = set[PersonId](), dict[str, PersonId]()
    for one, added in zip(batch.arrivals, batch.added, strict=True):
        if one.new.kind is not PersonKind.INDIVIDUAL:
            continue
        other = boxes.setdefault(added.post_key, added.person_id)
        if other != added.person_id and chance.random() < BOTH:
            found |= {other, added.person_id}
        if chance.random() < REGULAR:
            found.add(added.person_id)
    return found


def _plan(chance: Random, person_id: PersonId, today: date) -> Row:
    started_on = (today - timedelta(days=31 * chance.randrange(2, LONGEST))).replace(day=ANCHOR)
    return Row(
        person_id=person_id,
        supplier="graine",
        reference=f"G-{person_id}",
        signed_on=started_on - timedelta(days=chance.randrange(3, 20)),
        cents=chance.choice(INSTALMENTS),
        channel=Channel.WEBSITE,
        starts_on=started_on,
    )


def _instalments(plan: Row, today: date) -> Iterator[NewGift]:
    day = plan.started_on
    while day <= today:
        yield NewGift(
            person_id=plan.person_id,
            kind=GiftKind.INSTALMENT,
            lines=(NewLine(cents=plan.cents),),
            given_on=day,
            basis=Basis.SETTLEMENT,
            movement=Movement(method=Method.TRANSFER, booked_on=day),
        )
        day = (day + timedelta(days=31)).replace(day=ANCHOR)
