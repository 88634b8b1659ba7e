"""`python -m tests.bench.donors`: how long it takes to count every donor anew, and until one gift shows."""

from __future__ import annotations

import argparse
import time
from statistics import median, quantiles

from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.demo.seeding.sow import sow
from crm.donations import donors, service
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.donations.tables import GiftRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from jobs import recount_donors
from tests.bench.imports import house, timed

GOALS = {"sqlite": 180, "postgresql": 60}
"""Seconds for a million donors and five million gifts."""
AIM = 5_000_000


def main() -> None:
    """Prints seconds for each database, and what they make for the figures to reach."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.donors", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for ledger in chosen.ledgers:
        with house(ledger) as assembly:
            seeding = sow(assembly, chosen.people, seed=1961, now=assembly.clock())
            with assembly.database.reading() as session:
                gifts = session.scalar(select(func.count()).select_from(GiftRow)) or 0
            figures: dict[str, float] = {}
            with timed(figures, "rebuild"):
                counted = recount_donors.rebuild(assembly, assembly.clock())
            with timed(figures, "drift"), assembly.database.reading() as session:
                differing = donors.drift(session)
            effects = _effects(assembly)
        print(f"{ledger}: {gifts:,} gifts of {counted:,} donors sown in {seeding['dons']:.1f} s")
        scaled = figures["rebuild"] * AIM / gifts
        print(f"{ledger}: rebuilt in {figures['rebuild']:.1f} s: {scaled:.0f} s for {AIM:,}, goal {GOALS[ledger]} s")
        print(f"{ledger}: compared in {figures['drift']:.1f} s, {differing} differ")
        p50, p95 = median(effects), quantiles(effects, n=20)[-1]
        print(f"{ledger}: a gift and its effect: p50 {p50:.1f} ms, p95 {p95:.1f} ms, goal 50 ms")


def _effects(assembly: Assembly) -> list[float]:
    """Milliseconds from a gift that is handed in to figures that are read, in a transaction of its own each."""
    now, found = assembly.clock(), []
    with assembly.database.reading() as session:
        people = session.scalars(select(DonorStatsRow.person_id).order_by(DonorStatsRow.gifts.desc()).limit(105)).all()
    for person_id in people:
        new = NewGift(
            person_id=PersonId(person_id),
            lines=(NewLine(cents=1000),),
            given_on=brussels_day(now),
            movement=Movement(method=Method.CASH, booked_on=brussels_day(now)),
        )
        began = time.perf_counter()
        with assembly.database.transaction() as session:
            service.record(session, assembly.sealer, new, at=now)
        with assembly.database.reading() as session:
            assert donors.portrait(session, PersonId(person_id), brussels_day(now))
        found.append((time.perf_counter() - began) * 1000)
    return found[5:]


if __name__ == "__main__":
    main()
