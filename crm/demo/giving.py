"""What the demonstration's supporters gave since 2021: at Christmas, for emergencies, every month; fees and candles."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import batches, pouring
from crm.donations import service as donations
from crm.donations.model import Basis, GiftKind, LineKind, Method, Movement, NewGift, NewLine, Wanted
from crm.people import service as people
from crm.people.model import Person
from crm.staff import service as staff
from crm.values.calendar import brussels_day

SEED = 1961
SINCE = date(2021, 1, 1)
SEASON = (6, 5, 6, 5, 6, 5, 3, 3, 7, 8, 16, 30)
"""How often people give in each month, of a hundred gifts: Christmas, and the candles of December."""
AMOUNTS = (1000, 2000, 2500, 2500, 4000, 4000, 4000, 5000, 5000, 7500, 10000, 25000)
FEES = (2500, 2500, 1200)
GIVERS = 3, 8
"""So many of so many have ever given; most of them once or twice."""


def let_them_give(assembly: Assembly, now: datetime) -> None:
    """Once: a house that has gifts is left alone."""
    with assembly.database.transaction() as session:
        if donations.page(session, Wanted(), size=1):
            return
        chance = random.Random(SEED)  # noqa: S311 - made-up gifts, not secrets
        known = [one for one in people.page(session, size=400).people if not one.is_deceased]
        givers = chance.sample(known, len(known) * GIVERS[0] // GIVERS[1])
        lives = (_life(person, chance, brussels_day(now), number) for number, person in enumerate(givers))
        pouring.record_many(session, assembly.sealer, [new for life in lives for new in life], at=now)
        _leave_something_to_do(session, now)


def _life(person: Person, chance: random.Random, today: date, number: int) -> list[NewGift]:
    """All gifts of one person; each has its own name, so that none is ever made twice."""
    match number % 10:
        case 0:
            return monthly(person, chance, today, months=chance.randrange(4, 30))
        case 1 | 2:
            return _member(person, chance, today)
        case 3:
            days = [_christmas(year) for year in range(2021, today.year)]
            return [_sale(person, day, chance) for day in chance.sample(days, 2)]
        case _:
            several = chance.choice((1, 1, 1, 2, 2, 3, 5))
            return [_one_off(person, day, chance) for day in sorted(_days(chance, today, several))]


def monthly(person: Person, chance: random.Random, today: date, *, months: int) -> list[NewGift]:
    """So many instalments, the last one this month or the month before."""
    cents = chance.choice((500, 1000, 1000, 1500, 2000))
    day = today.replace(day=5)
    fifths = {(day - timedelta(days=30 * back)).replace(day=5) for back in range(months)}
    return [
        gift(person, one, cents, GiftKind.INSTALMENT, Method.DIRECT_DEBIT)
        for one in sorted(fifth for fifth in fifths if fifth <= today)
    ]


def _member(person: Person, chance: random.Random, today: date) -> list[NewGift]:
    fee = chance.choice(FEES)
    years = range(chance.randrange(2021, today.year + 1), today.year + 1)
    days = [date(year, chance.randrange(1, 4), chance.randrange(1, 28)) for year in years]
    return [gift(person, day, fee, GiftKind.MEMBERSHIP_FEE, Method.TRANSFER) for day in days if day <= today]


def _one_off(person: Person, day: date, chance: random.Random) -> NewGift:
    method = chance.choice((Method.TRANSFER, Method.TRANSFER, Method.TRANSFER, Method.ONLINE, Method.ONLINE))
    return gift(person, day, chance.choice(AMOUNTS), GiftKind.ONE_OFF, method)


def _sale(person: Person, day: date, chance: random.Random) -> NewGift:
    return gift(person, day, 700 * chance.randrange(1, 4), GiftKind.SALE, Method.CASH)


_LINES = {GiftKind.MEMBERSHIP_FEE: LineKind.FEE, GiftKind.SALE: LineKind.GOODS}


def gift(person: Person, day: date, cents: int, kind: GiftKind, method: Method) -> NewGift:
    """A gift under a name of its own."""
    basis = Basis.RECEIVED if method is Method.CASH else Basis.SETTLEMENT
    name = f"{person.id}-{day.isoformat()}-{kind.value}"
    return NewGift(
        person_id=person.id,
        kind=kind,
        lines=(NewLine(cents=cents, kind=_LINES.get(kind, LineKind.DONATION)),),
        given_on=day,
        basis=basis,
        movement=Movement(method=method, booked_on=day, provider="demo", external_id=name),
    )


def _days(chance: random.Random, today: date, several: int) -> set[date]:
    found: set[date] = set()
    while len(found) < several:
        month = chance.choices(range(1, 13), SEASON)[0]
        day = date(chance.randrange(SINCE.year, today.year + 1), month, chance.randrange(1, 29))
        if day <= today:
            found.add(day)
    return found


def _christmas(year: int) -> date:
    return date(year, 12, 10)


def _leave_something_to_do(session: Session, now: datetime) -> None:
    """A refund that waits for a second person, and a pile of cheques half typed in."""
    accounts = staff.accounts(session)
    latest = donations.page(session, Wanted(kind=GiftKind.ONE_OFF), size=3)
    if not accounts or not latest:
        return
    by = accounts[-1].id
    donations.ask_refund(session, latest[0].id, latest[0].net_cents, reason="Versé deux fois par erreur", at=now, by=by)
    today = brussels_day(now)
    pile = batches.begin(session, method=Method.CHEQUE, received_on=today, count=4, cents=16500, at=now, by=by)
    for gift, cents in zip(latest, (4000, 2500, 5000), strict=False):
        batches.enter(session, pile.id, gift.person_id, cents, kind=GiftKind.ONE_OFF, fund="general")
