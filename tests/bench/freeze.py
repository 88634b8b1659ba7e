"""`python -m tests.bench.freeze`: an appeal of five cells is frozen, beside the bare INSERT … SELECT of its letters.

By default few people, for a machine that others use too: two in ten of those sown are asked. At a million people that
is 200,000 letters, the goal's own case. `--url` freezes in a copy of a database that was sown before; nothing of it is
kept.
"""

from __future__ import annotations

import argparse
import os
import resource
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, func, insert, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, assemble
from crm.contracts.segment_fields import Measure
from crm.demo.seeding.sow import sow
from crm.donations.model import GENERAL
from crm.foundation.settings import Settings
from crm.fundraising import freezing, service
from crm.fundraising.model import Ladder, NewCell, Waterfall, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.people.tables import PersonRow
from crm.rooms import QUESTIONS
from crm.segments import service as segments
from crm.segments.model import Condition, NewSegment, Rolling, Span, Tree
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId
from jobs import recount_donors
from tests.bench.imports import house
from tests.fundraising.conftest import PLAN, furnish

GOAL_SECONDS, GOAL_LETTERS = 30, 200_000
ASKED = 5
"""One in so many of all people gets a letter."""
SHARES = (8, 12, 25, 25, 30)
"""How many of a hundred letters each cell may send."""
BY = AccountId(7)


def cells() -> tuple[tuple[str, Tree], ...]:
    """Five segments, of which each holds people of those above it."""
    year, two = Rolling(length=12), Rolling(length=24)
    return (
        ("Généreux", Condition(source="gift", measure=Measure.SUM, window=two, asks=Span(low=25000))),
        ("Fidèles", Condition(source="gift", measure=Measure.COUNT, window=two, asks=Span(low=3))),
        ("De l’année", Condition(source="gift", window=year)),
        ("D’il y a un an", Condition(source="gift", window=two)),
        ("Tous", Condition(source="gift")),
    )


def planned(session: Session, at: datetime) -> WholeAppeal:
    """The appeal, with a cap on each cell so that two people in ten are asked."""
    campaign = furnish(session)
    letters = (session.scalar(select(func.count()).select_from(PersonRow)) or 0) // ASKED
    plan = replace(PLAN, fund=GENERAL, planned_on=brussels_day(at) + timedelta(days=7))
    made = service.plan(session, campaign, "P1", plan, seed="bench", by=BY, at=at)
    for (name, tree), share in zip(cells(), SHARES, strict=True):
        kept = segments.create(session, QUESTIONS, NewSegment(name=name, tree=tree), by=BY, at=at)
        cell = NewCell(
            name=name, segment_id=kept, rival="B", rival_share=500, control_share=50, cap=letters * share // 95 + 1,
            ladder=Ladder(),
        )  # fmt: skip
        service.add_cell(session, made.id, cell, by=BY)
    return made


def bare(session: Session) -> int:
    """The same rows once more, as nothing but INSERT … SELECT into a table of the same columns; milliseconds."""
    row: Any = RecipientRow.__table__
    twin = Table("bare_recipient", MetaData(), *(Column(one.name, one.type) for one in row.columns), prefixes=["TEMP"])
    twin.create(session.connection())
    started = time.perf_counter()
    session.execute(insert(twin).from_select([one.name for one in row.columns], select(row)))
    return round((time.perf_counter() - started) * 1000)


def measured(assembly: Assembly, at: datetime) -> Iterator[str]:
    """A line for each figure; the database is as before."""
    with assembly.database.reading() as session:
        made = planned(session, at)
        session.flush()
        started = time.perf_counter()
        previewed = freezing.preview(session, QUESTIONS, made.id, at=at)
        yield f"preview: {time.perf_counter() - started:.1f} s"
        started, worked = time.perf_counter(), time.process_time()
        found = freezing.freeze(session, QUESTIONS, made.id, by=BY, at=at)
        session.flush()
        took, worked = time.perf_counter() - started, time.process_time() - worked
        limit = bare(session)
        yield (
            f"freeze of {found.mailed} letters in {len(found.cells)} cells, of {found.people} people: {took:.1f} s "
            f"(of which this process worked {worked:.1f} s; goal {GOAL_SECONDS} s for "
            f"{GOAL_LETTERS}), {found.mailed / took:.0f} letters a second; "
            f"bare INSERT … SELECT {limit} ms: {took * 1000 / limit:.0f} times"
        )
        yield f"the same was previewed: {_told(previewed) == _told(found)}; {_told(found)}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"memory of the whole run at its highest: {peak} MB; load {os.getloadavg()[0]:.1f} of {os.cpu_count()}"


def _told(found: Waterfall) -> dict[str, int]:
    return {"asked": found.mailed, "control": found.control} | {
        reason.value: people for reason, people in found.excluded.items()
    }


@contextmanager
def _sown(url: str) -> Iterator[Assembly]:
    """The house of a database that is there already."""
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as folder:
        assembly = assemble(Settings(home=Path(folder) / "home", database_url=url))
        yield assembly
        assembly.database.close()


def main() -> None:
    """Prints each figure."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.freeze", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--url", default="", help="a database that was sown before, and may be written to")
    chosen = options.parse_args()
    if chosen.url:
        with _sown(chosen.url) as assembly:
            for line in measured(assembly, assembly.clock()):
                print(line, flush=True)
        return
    for ledger in chosen.ledgers:
        with house(ledger) as assembly:
            sow(assembly, chosen.people, seed=1961, now=assembly.clock())
            recount_donors.rebuild(assembly, assembly.clock())
            for line in measured(assembly, assembly.clock() + timedelta(seconds=1)):
                print(f"{ledger}, {chosen.people} people: {line}", flush=True)


if __name__ == "__main__":
    main()
