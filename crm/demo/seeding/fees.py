"""What a few made-up people paid to be members: once a year, a few days late; the fee of some has just run out."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.seeding.room import Batch
from crm.donations import pouring
from crm.donations.model import Basis, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.members import service as members
from crm.people.model import PersonKind
from crm.privacy.rules import months_later
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

MEMBERS, LATE = 0.03, 0.1
"""So many are or were members; the last fee of so many of them ended within these weeks."""
FEE = 2500
YEARS = (1, 1, 2, 3, 5)


class Fees:
    """Fees of a small share, and the memberships that they carry."""

    name = "cotisations"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """A fee pays for a year where nobody decided otherwise."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Their fees; memberships are opened as the clock would."""
        today = brussels_day(batch.now)
        fees = [
            _fee(added.person_id, day)
            for one, added in zip(batch.arrivals, batch.added, strict=True)
            if one.new.kind is PersonKind.INDIVIDUAL and chance.random() < MEMBERS
            for day in _days(chance, today)
        ]
        pouring.record_many(session, assembly.sealer, fees, at=batch.now)
        members.catch_up(session, at=batch.now)
        return len(fees)


def _days(chance: Random, today: date) -> list[date]:
    """From the newest to the oldest."""
    last = today - timedelta(days=chance.randrange(1, 360))
    if chance.random() < LATE:
        last = months_later(today, -12) - timedelta(days=chance.randrange(2, 58))
    return [last - timedelta(days=372 * years) for years in range(chance.choice(YEARS))]


def _fee(person_id: PersonId, day: date) -> NewGift:
    return NewGift(
        person_id=person_id,
        kind=GiftKind.MEMBERSHIP_FEE,
        lines=(NewLine(cents=FEE, kind=LineKind.FEE),),
        given_on=day,
        basis=Basis.SETTLEMENT,
        movement=Movement(method=Method.TRANSFER, booked_on=day),
    )
