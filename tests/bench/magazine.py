"""`python -m tests.bench.magazine`: an issue of the magazine over many people: preview, freeze, file, memory."""

from __future__ import annotations

import argparse
import resource
import tempfile
from datetime import timedelta

from crm.demo.seeding.sow import sow
from crm.foundation.bulk import settle
from crm.magazine import freezing, printing, service
from crm.magazine.model import Eligibility
from crm.values.calendar import brussels_day
from tests.bench.imports import house, timed
from tests.magazine.conftest import PLAN, furnish

GOALS = {"preview": 10, "freeze": 30, "file": 20, "sheet": 120}
"""Seconds for a million people and 300,000 copies; the file is that with sheets in XLSX where they are asked for."""
AIM = 1_000_000


def main() -> None:
    """Prints seconds for each database, and what they make for the figures to reach."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.magazine", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    rule = Eligibility(gift_count=1, gift_cents=500, gift_months=36)
    for ledger in chosen.ledgers:
        with house(ledger) as assembly:
            now = assembly.clock()
            sow(assembly, chosen.people, seed=1961, now=now)
            with assembly.database.transaction() as session:
                furnish(session)
                settle(session)
                days = {name: brussels_day(now) + timedelta(days=20 + 3 * n) for n, name in enumerate(_DAYS)}
                values = {name: getattr(PLAN, name) for name in PLAN.__dataclass_fields__}
                issue = service.add_issue(session, type(PLAN)(**{**values, "number": 200, **days}))
                service.save_rule(session, rule, note="", by=None, at=now)
            figures: dict[str, float] = {}
            with timed(figures, "preview"), assembly.database.reading() as session:
                found = freezing.outlook(session, issue, rule, at=now)
            with timed(figures, "freeze"), assembly.database.transaction() as session:
                run = freezing.freeze(session, issue.id, by=None, at=now)
            with timed(figures, "file"), assembly.database.reading() as session, tempfile.TemporaryFile() as file:
                manifest = printing.write(session, run.id, file, printing.Wanted(xlsx=False), at=now)
            with timed(figures, "sheet"), assembly.database.reading() as session, tempfile.TemporaryFile() as file:
                printing.write(session, run.id, file, printing.Wanted(xlsx=True), at=now)
            assert (found.funnel.copies, found.funnel.mailed) == (manifest.copies, manifest.rows)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(f"{ledger}: {found.funnel.entitled:,} entitled of {chosen.people:,}, {manifest.rows:,} copies")
        for name, goal in GOALS.items():
            scaled = figures[name] * AIM / chosen.people
            worked = figures[f"{name}_cpu"]
            print(
                f"{ledger}: {name} in {figures[name]:.1f} s (this process worked {worked:.1f}): "
                f"{scaled:.0f} s for {AIM:,} people, goal {goal} s"
            )
        print(f"{ledger}: at most {peak:.0f} MB so far, the sowing included")


_DAYS = ("cover_on", "file_due_on", "drop_on", "home_on")


if __name__ == "__main__":
    main()
