"""Makes up the people of the next batches while this one is written: in a process of its own, where there are many."""

from __future__ import annotations

import gc
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from datetime import datetime
from multiprocessing import get_context, parent_process
from random import Random
from threading import Thread
from typing import NamedTuple

from sqlalchemy import make_url

from crm.demo.seeding.supporters import arrivals
from crm.foundation.signing import AddressHasher
from crm.people import bulk
from crm.people.bulk import Arrival, Prepared

AHEAD = 2
"""So many batches wait to be written: the slower of the two never waits long, and memory stays bounded."""


class Order(NamedTuple):
    """People of one batch to be made up: the same for the same order, in whichever process."""

    seed: int
    number: int
    ids: tuple[int, ...]
    now: datetime
    addresses: AddressHasher
    driver: str
    """Of the database, as SQLAlchemy calls it: what the rows are prepared for."""


def chance(seed: int, room: str, number: int) -> Random:
    """What a room draws from in one batch."""
    return Random(f"{seed}/{room}/{number}")  # noqa: S311 - made-up people, not secrets


def people(order: Order) -> tuple[Arrival, ...]:
    """Who comes in that batch."""
    return tuple(arrivals(chance(order.seed, "personnes", order.number), len(order.ids), order.now))


def make(order: Order) -> Prepared:
    """The same, as they are written."""
    dialect = make_url(f"{order.driver}://").get_dialect()()
    return bulk.prepare(order.addresses, people(order), order.ids, dialect)


@contextmanager
def ahead(*, aside: bool) -> Iterator[Callable[[Iterable[Order]], Iterator[tuple[Order, Prepared]]]]:
    """What makes up batch after batch in their order; `aside` does it in another process, a few batches ahead.

    Where that process dies, this one goes on alone.
    """
    if not aside:
        yield lambda orders: ((order, make(order)) for order in orders)
        return
    # Spawned, not forked: the connections of this process are its own.
    with ProcessPoolExecutor(1, mp_context=get_context("spawn"), initializer=_stand_by) as pool:
        yield lambda orders: _through(pool, orders)


def _stand_by() -> None:
    gc.disable()  # nothing that is made holds a cycle
    Thread(target=_leave_with_parent, daemon=True).start()


def _leave_with_parent() -> None:
    """Nobody stays behind to wait for orders that never come where whoever gives them was killed."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _through(pool: ProcessPoolExecutor, orders: Iterable[Order]) -> Iterator[tuple[Order, Prepared]]:
    waiting: deque[tuple[Order, Future[Prepared] | None]] = deque()
    for order in orders:
        waiting.append((order, _begun(pool, order)))
        if len(waiting) > AHEAD:
            yield _next(waiting)
    while waiting:
        yield _next(waiting)


def _begun(pool: ProcessPoolExecutor, order: Order) -> Future[Prepared] | None:
    try:
        return pool.submit(make, order)
    except BrokenProcessPool:
        return None


def _next(waiting: deque[tuple[Order, Future[Prepared] | None]]) -> tuple[Order, Prepared]:
    order, future = waiting.popleft()
    try:
        return order, future.result() if future else make(order)
    except BrokenProcessPool:
        return order, make(order)
