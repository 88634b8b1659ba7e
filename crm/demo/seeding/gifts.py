"""What made-up people gave since they came: half of them once or now and then, some every month."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.seeding.room import Batch
from crm.demo.seeding.supporters import FIRST_YEAR, MONTHS
from crm.donations import pouring
from crm.donations.model import Basis, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.people.model import PersonKind
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId

GIVING, MONTHLY, BUYING = 0.55, 0.16, 0.1
"""So many give at all; of those, so many every month, and so many buy candles beside."""
FAITHFUL, BUYERS = 0.004, 0.006
"""Of all, so many gave each of the last three Decembers, and so many bought candles, whether they give or not."""
AMOUNTS = (1000, 1500, 2000, 2500, 2500, 4000, 4000, 4000, 5000, 6000, 10000, 25000, 100000)
INSTALMENTS = (500, 800, 1000, 1000, 1200, 1500, 2000)
SEVERAL = (1, 1, 1, 2, 2, 3, 4, 6)
_HOW = (Method.TRANSFER, Method.TRANSFER, Method.ONLINE)


class Gifts:
    """Gifts of a batch, recorded at once with their money and their donors' figures."""

    name = "dons"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """The general fund is always there."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Everything that they gave up to now."""
        today = brussels_day(batch.now)
        several = [
            gift
            for one, added in zip(batch.arrivals, batch.added, strict=True)
            if one.new.kind is PersonKind.INDIVIDUAL and chance.random() < GIVING
            for gift in _life(chance, added.person_id, brussels_day(one.at), today)
        ]
        return len(pouring.record_many(session, assembly.sealer, several, at=batch.now))


class Habits:
    """What few have in common: a gift each December but not this year, candles and never a gift."""

    name = "habitudes"

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """The general fund is always there."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Beside what `Gifts` makes up, of others as of the same."""
        year, several = brussels_day(batch.now).year, list[NewGift]()
        for one, added in zip(batch.arrivals, batch.added, strict=True):
            drawn = chance.random()
            if one.new.kind is not PersonKind.INDIVIDUAL:
                continue
            if drawn < FAITHFUL:
                days = [date(year - ago, 12, chance.randrange(1, 29)) for ago in (3, 2, 1)]
                several += [_gift(added.person_id, on, 4000, GiftKind.ONE_OFF, Method.TRANSFER) for on in days]
            elif drawn < FAITHFUL + BUYERS:
                on = date(year - chance.randrange(1, 4), 12, chance.randrange(1, 29))
                several.append(_gift(added.person_id, on, 700 * chance.randrange(1, 4), GiftKind.SALE, Method.ONLINE))
        return len(pouring.record_many(session, assembly.sealer, several, at=batch.now))


def _life(chance: Random, person_id: PersonId, since: date, today: date) -> Iterator[NewGift]:
    if chance.random() < MONTHLY:
        cents, left = chance.choice(INSTALMENTS), chance.randrange(2, 60)
        month = since.replace(day=5) + timedelta(days=31)
        while left and month.replace(day=5) <= today:
            yield _gift(person_id, month.replace(day=5), cents, GiftKind.INSTALMENT, Method.DIRECT_DEBIT)
            month, left = month.replace(day=5) + timedelta(days=31), left - 1
        return
    for _ in range(chance.choice(SEVERAL)):
        on = _day(chance, since, today)
        yield _gift(person_id, on, chance.choice(AMOUNTS), GiftKind.ONE_OFF, chance.choice(_HOW))
    if chance.random() < BUYING:
        on = _day(chance, since, today)
        yield _gift(person_id, on, 700 * chance.randrange(1, 4), GiftKind.SALE, Method.ONLINE)


def _day(chance: Random, since: date, today: date) -> date:
    """A day since they came, oftener before the new year."""
    month = chance.choices(range(1, 13), cum_weights=MONTHS)[0]
    on = date(chance.randrange(max(FIRST_YEAR, since.year), today.year + 1), month, chance.randrange(1, 29))
    return min(max(on, since), today)


def _gift(person_id: PersonId, on: date, cents: int, kind: GiftKind, method: Method) -> NewGift:
    line = LineKind.GOODS if kind is GiftKind.SALE else LineKind.DONATION
    return NewGift(
        person_id=person_id,
        kind=kind,
        lines=(NewLine(cents=cents, kind=line),),
        given_on=on,
        basis=Basis.PROVIDER if method is Method.ONLINE else Basis.SETTLEMENT,
        movement=Movement(method=method, booked_on=on),
    )
