"""Sows made-up supporters: batch after batch, each in a transaction of its own, the same for the same seed."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from random import Random

from crm.assembly import Assembly
from crm.demo.load import put_team, refuse_strangers
from crm.demo.seeding.consents import Consents
from crm.demo.seeding.fees import Fees
from crm.demo.seeding.gifts import Gifts, Habits
from crm.demo.seeding.numbers import Numbers
from crm.demo.seeding.people import Households, Tags
from crm.demo.seeding.regulars import Plans
from crm.demo.seeding.room import Batch, RoomGenerator
from crm.demo.seeding.supporters import arrivals
from crm.foundation import bulk as bulk_writing
from crm.people import bulk

BATCH = 20_000


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
) -> dict[str, float]:
    """Adds so many made-up people and what they did; the seconds that each room took.

    Raises Conflict where this home belongs to an organisation.
    """
    rooms, spent = generators(), {"personnes": 0.0}
    with assembly.database.transaction() as session:
        refuse_strangers(session)
    put_team(assembly, now)
    with assembly.database.transaction() as session:
        for room in rooms:
            room.begin(assembly, session, now)
    for number, start in enumerate(range(0, count, BATCH)):
        size = min(BATCH, count - start)
        with assembly.database.transaction() as session:
            bulk_writing.widen(session)
            with _counted(spent, "personnes"):
                made = tuple(arrivals(_chance(seed, "personnes", number), size, now))
                added = tuple(bulk.add_many(session, assembly.addresses, made))
            batch = Batch(number=number, arrivals=made, added=added, now=now)
            for room in rooms:
                with _counted(spent, room.name):
                    room.add(assembly, session, batch, _chance(seed, room.name, number))
        if say:
            say(start + size)
    with assembly.database.transaction() as session, _counted(spent, "statistiques"):
        bulk_writing.settle(session)
    return spent


def _chance(seed: int, room: str, number: int) -> Random:
    return Random(f"{seed}/{room}/{number}")  # noqa: S311 - made-up people, not secrets


@contextmanager
def _counted(spent: dict[str, float], name: str) -> Iterator[None]:
    start = time.monotonic()
    try:
        yield
    finally:
        spent[name] = spent.get(name, 0.0) + time.monotonic() - start
