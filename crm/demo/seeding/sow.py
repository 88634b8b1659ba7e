"""Sows made-up supporters: batch after batch, each in a transaction of its own, the same for the same seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.load import put_team, refuse_strangers
from crm.demo.seeding import making
from crm.demo.seeding.consents import Consents
from crm.demo.seeding.fees import Fees
from crm.demo.seeding.gifts import Gifts, Habits
from crm.demo.seeding.making import Order
from crm.demo.seeding.numbers import Numbers
from crm.demo.seeding.people import Households, Tags
from crm.demo.seeding.regulars import Plans
from crm.demo.seeding.room import Batch, RoomGenerator
from crm.foundation import bulk as bulk_writing
from crm.foundation.tidying import put_off
from crm.people import bulk
from crm.people.bulk import Added, Prepared

BATCH = 40_000
MANY = 3 * BATCH
"""From so many on a second process pays for its start."""


def generators() -> tuple[RoomGenerator, ...]:
    """The rooms that make up something, from below to above; a room that comes adds its own here."""
    return (Households(), Tags(), Consents(), Gifts(), Habits(), Plans(), Fees(), Numbers())


def sow(
    assembly: Assembly,
    count: int,
    *,
    seed: int,
    now: datetime,
    say: Callable[[int], None] | None = None,
    rooms: Sequence[RoomGenerator] | None = None,
) -> dict[str, float]:
    """Adds so many made-up people and what they did in those rooms (all by default); the seconds that each took.

    Raises Conflict where this home belongs to an organisation.
    """
    rooms, spent = generators() if rooms is None else tuple(rooms), {"personnes": 0.0}
    with assembly.database.transaction() as session:
        refuse_strangers(session)
    put_team(assembly, now)
    with assembly.database.transaction() as session:
        for room in rooms:
            room.begin(assembly, session, now)
    done = 0
    with making.ahead(aside=count >= MANY) as made, put_off():
        for order, prepared in made(_orders(assembly, count, seed=seed, now=now)):
            with assembly.database.transaction() as session:
                bulk_writing.widen(session)
                with _counted(spent, "personnes"):
                    added = tuple(_written(assembly, session, order, prepared))
                arrivals = making.people(order) if rooms else ()
                batch = Batch(number=order.number, arrivals=arrivals, added=added, now=now)
                for room in rooms:
                    with _counted(spent, room.name):
                        room.add(assembly, session, batch, making.chance(seed, room.name, order.number))
            done += len(added)
            if say:
                say(done)
    with assembly.database.transaction() as session, _counted(spent, "statistiques"):
        bulk_writing.settle(session)
    return spent


def _orders(assembly: Assembly, count: int, *, seed: int, now: datetime) -> Iterator[Order]:
    last, driver = 0, assembly.database.engine.url.drivername
    for number, start in enumerate(range(0, count, BATCH)):
        with assembly.database.transaction() as session:
            ids = bulk.reserve_ids(session, min(BATCH, count - start), after=last)
        last, addresses = ids[-1], assembly.addresses.still()
        yield Order(seed=seed, number=number, ids=tuple(ids), now=now, addresses=addresses, driver=driver)


def _written(assembly: Assembly, session: Session, order: Order, prepared: Prepared) -> list[Added]:
    if order.addresses != assembly.addresses.still() or not bulk.are_free(session, order.ids):
        # Somebody came in between, or the keys were renewed.
        return bulk.add_many(session, assembly.addresses, making.people(order))
    bulk.write(session, prepared)
    return prepared.added


@contextmanager
def _counted(spent: dict[str, float], name: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        spent[name] = spent.get(name, 0.0) + time.monotonic() - start
