"""`python -m tests.bench.segments`: a typical segment beside SQL written by hand, one person in 200 of them, a file."""

from __future__ import annotations

import argparse
import csv
import io
import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.demo.seeding.sow import sow
from crm.figures import service as figures
from crm.figures.model import Part
from crm.foundation.csv_out import csv_lines
from crm.rooms import QUESTIONS
from crm.segments import asking, service
from crm.segments.grid import BY_KEY
from crm.segments.model import Condition, Definition, Every, Not, Rolling, Span, Test, Tree, Words
from crm.segments.selects import Question, members
from crm.values.calendar import brussels_day
from jobs import count_figures, recount_donors
from tests.bench.imports import house

COUNT_GOAL, TWICE = 100, 2
"""Milliseconds at a million people, and how many times what is written by hand may take."""
MEMBERSHIP_GOAL = 50
PAGE_GOAL = 500
ROUNDS = 5


def typical() -> Tree:
    """Enough in 24 months, the last gift of the year, an address in Hainaut, and in neither of two others."""
    year = Rolling(length=12)
    return Every(
        parts=(
            Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=5000)),
            Condition(source="gift", measure=Measure.LAST, asks=year),
            Condition(source="address", where=(Test(column="province", asks=Words(values=frozenset({"50000"}))),)),
            Not(part=Condition(source="gift", measure=Measure.COUNT, window=year, asks=Span(low=12))),
            Not(part=Condition(source="sale")),
        )
    )


def by_hand(today: date) -> tuple[str, dict[str, Any]]:
    """The same as a colleague would write it: gifts in one pass, people joined once."""
    found = """
        with given as (select person_id,
            sum(case when kind <> 'sale' and given_on > :two then net_cents else 0 end) as total,
            max(case when kind <> 'sale' then given_on end) as last_on,
            sum(case when kind <> 'sale' and given_on > :one and given_on <= :today then 1 else 0 end) as often,
            sum(case when kind = 'sale' then 1 else 0 end) as sales
          from gift where net_cents > 0 and not is_test group by person_id)
        select count(*) from given g join person p on p.id = g.person_id
        where g.total >= 5000 and g.last_on > :one and g.last_on <= :today and g.often < 12 and g.sales = 0
          and p.merged_into_id is null and p.deceased_recorded_at is null
          and exists (select 1 from postal_address a where a.person_id = p.id and a.ended_at is null and a.is_primary
            and a.country = 'BE' and a.deliverability <> 'dead'
            and (a.postcode between '6000' and '6599' or a.postcode between '7000' and '7999'))"""
    return found, {"two": today.replace(year=today.year - 2), "one": today.replace(year=today.year - 1), "today": today}


def best(work: Callable[[], Any]) -> tuple[float, Any]:
    """Milliseconds of the middle one of some rounds, and what came of it."""
    took, found = [], None
    for _ in range(ROUNDS):
        started = time.perf_counter()
        found = work()
        took.append((time.perf_counter() - started) * 1000)
    return median(took), found


def measured(assembly: Assembly, at: datetime) -> Iterator[str]:
    """A line for each figure."""
    today = brussels_day(at)
    with assembly.database.reading() as session:
        tree = typical()
        question = service.question(session, QUESTIONS, [tree], at=at)
        ours, people = best(lambda: asking.count(Definition(tree=tree), question))
        words, facts = by_hand(today)
        theirs, same = best(lambda: session.scalar(text(words), facts))
        yield f"count of {people} ({same} by hand): {ours:.0f} ms, by hand {theirs:.0f} ms: {ours / theirs:.1f} times"
        yield _memberships(session, question)
        yield _file(session, question)
    yield _figures(assembly, at)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield f"memory of the whole run at its highest: {peak} MB; load {os.getloadavg()[0]:.1f} of {os.cpu_count()}"


def _figures(assembly: Assembly, at: datetime) -> str:
    """The figures of giving: all of them counted as the clock does, and read as a page does."""
    counted = count_figures.count(assembly, at)
    with assembly.database.reading() as session:
        read, sheets = best(lambda: figures.sheets(session, *Part))
        slowest = max(sheets.values(), key=lambda one: one.milliseconds)
    return (
        f"figures counted in {counted} ms (of which {slowest.part}: {slowest.milliseconds} ms), "
        f"read in {read:.0f} ms, goal {PAGE_GOAL} ms"
    )


def _memberships(session: Session, question: Question) -> str:
    trees = [one.tree for one in BY_KEY.values() if one.tree is not None]
    several = {n: Definition(tree=trees[n % len(trees)]) for n in range(200)}
    wanted = asking.sample(Definition(tree=Condition(source="gift")), question, size=20)
    asking.memberships(several, question, wanted[0])
    took = []
    for person_id in wanted:
        started = time.perf_counter()
        asking.memberships(several, question, person_id)
        took.append((time.perf_counter() - started) * 1000)
    return f"one person in 200 segments: {median(took):.0f} ms, goal {MEMBERSHIP_GOAL} ms"


def _file(session: Session, question: Question) -> str:
    wanted = members(Definition(tree=Condition(source="gift")), question)
    started = time.perf_counter()
    bare = csv.writer(io.StringIO(), delimiter=";")
    rows = 0
    for row in session.execute(wanted.execution_options(yield_per=1000)):
        bare.writerow(row)
        rows += 1
    middle = time.perf_counter()
    ours = csv_lines([str(row[0])] for row in session.execute(wanted.execution_options(yield_per=1000)))
    size = sum(len(piece) for piece in ours)
    end = time.perf_counter()
    speed = (middle - started) / (end - middle)
    return f"file of {rows} rows ({size} characters): {speed:.0%} of the speed of csv.writer, goal 50%"


def main() -> None:
    """Prints each figure; by default few people, for a machine that others use too."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.segments", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for ledger in chosen.ledgers:
        with house(ledger) as assembly:
            sow(assembly, chosen.people, seed=1961, now=assembly.clock())
            recount_donors.rebuild(assembly, assembly.clock())
            for line in measured(assembly, assembly.clock() + timedelta(seconds=1)):
                print(f"{ledger}, {chosen.people} people: {line}", flush=True)


if __name__ == "__main__":
    main()
