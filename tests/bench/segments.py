"""`python -m tests.bench.segments`: a typical segment beside SQL written by hand, one person in 200 of them, a file."""

from __future__ import annotations

import argparse
import csv
import io
import os
import resource
import time
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import Date, bindparam, func, select, text
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.contracts.segment_fields import Measure
from crm.demo.seeding.sow import sow
from crm.figures import service as figures
from crm.figures.model import Part
from crm.foundation.columns import Instant
from crm.foundation.csv_out import csv_lines
from crm.rooms import QUESTIONS
from crm.segments import asking, effects, service, wide
from crm.segments.grid import BY_KEY
from crm.segments.model import Condition, Definition, Every, InSegment, Not, Rolling, Span, Test, Tree, Words
from crm.segments.selects import Question, members
from crm.segments.wide_tables import SegmentStaleRow
from crm.values.calendar import brussels_day
from crm.values.identifiers import SegmentId
from jobs import count_figures, keep_segments, recount_donors
from tests.bench.imports import house

COUNT_GOAL, TWICE = "100 ms at a million people, 1 s at ten million with fifty million gifts (PostgreSQL)", 2
MEMORY_GOAL = 100
"""Milliseconds at a million people, and how many times what is written by hand may take."""
MEMBERSHIP_GOAL = 50
PAGE_GOAL = 500
ROUNDS = 5


REGULAR, LARGE = SegmentId(1), SegmentId(2)
"""Two other segments, whose people are left out."""


def typical() -> Tree:
    """Enough in 24 months, the last gift of the year, a yes to the newsletter, Hainaut, in neither of two others."""
    return Every(
        parts=(
            Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=5000)),
            Condition(source="gift", measure=Measure.LAST, asks=Rolling(length=12)),
            Condition(source="reach", where=(_named("purpose", "newsletter"), _named("channel", "email"))),
            Condition(source="address", where=(_named("province", "50000"),)),
            Not(part=InSegment(segment_id=REGULAR)),
            Not(part=InSegment(segment_id=LARGE)),
        )
    )


def others() -> dict[SegmentId, Definition]:
    """Who gave twelve times within a year, and who gave a thousand euros within two."""
    often = Condition(source="gift", measure=Measure.COUNT, window=Rolling(length=12), asks=Span(low=12))
    much = Condition(source="gift", measure=Measure.SUM, window=Rolling(length=24), asks=Span(low=100_000))
    return {REGULAR: Definition(tree=often), LARGE: Definition(tree=much)}


def _named(column: str, value: str) -> Test:
    return Test(column=column, asks=Words(values=frozenset({value})))


def by_hand(at: datetime) -> tuple[str, dict[str, Any]]:
    """The same as a colleague would write it over the rooms' own rows, who knows of the statistics of donors."""
    found = """
        select count(*) from donor_stats g join person p on p.id = g.person_id
        where g.cents_24m >= 5000 and g.last_on > :one and g.last_on <= :today
          and g.gifts_12m < 12 and g.cents_24m < 100000
          and p.merged_into_id is null and p.deceased_recorded_at is null
          and exists (select 1 from postal_address a where a.person_id = p.id and a.ended_at is null and a.is_primary
            and a.country = 'BE' and a.deliverability <> 'dead'
            and (a.postcode between '6000' and '6599' or a.postcode between '7000' and '7999'))
          and exists (select 1 from contact_point c join consent_standing s on s.person_id = c.person_id
              and s.purpose = 'newsletter' and s.channel = 'email' and s.address_key in (c.address_key, '')
            where c.person_id = p.id and c.kind = 'email' and c.ended_at is null and c.deliverability <> 'dead'
              and s.act = 'given'
              and not exists (select 1 from suppression x where x.address_key = c.address_key))
          and not exists (select 1 from pace r left join last_letter l on l.person_id = r.person_id
              and l.channel = r.channel
            where r.person_id = p.id and r.channel = 'email' and (r.pause_until_on > :today
              or (r.rhythm = 'fortnightly' and l.written_at > :thirteen) or (r.rhythm = 'monthly'
              and l.written_at > :month) or (r.rhythm = 'quarterly' and l.written_at > :quarter)))"""
    today = brussels_day(at)
    ago = {name: at - timedelta(days=days) for name, days in {"thirteen": 13, "month": 27, "quarter": 89}.items()}
    return found, {"one": today.replace(year=today.year - 1), "today": today, **ago}


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
    yield from _counts(assembly, at)
    with assembly.database.reading() as session:
        question = service.question(session, QUESTIONS, [Condition(source="gift")], at=at)
        yield _memberships(session, question)
        yield _file(session, question)
    yield _figures(assembly, at)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    yield (
        f"memory of the whole run at its highest: {peak} MB, sowing included, goal for a file {MEMORY_GOAL} MB; "
        f"load {os.getloadavg()[0]:.1f} of {os.cpu_count()}"
    )


def _counts(assembly: Assembly, at: datetime) -> Iterator[str]:
    """By rows, by the rooms, by hand; and what it takes to keep the rows."""
    started = time.perf_counter()
    if keep_segments.make(assembly, at):
        yield f"rows of all made in {time.perf_counter() - started:.0f} s"
    definition = Definition(tree=typical())
    with assembly.database.reading() as session:
        question = Question(session=session, at=at, catalogue=QUESTIONS, others=others())
        assert wide.find(question) is not None
        ours, people = best(lambda: asking.count(definition, question))
        figures_by_condition, _ = best(lambda: effects.breakdown(definition, question))
        live, likewise = best(lambda: session.scalar(select(func.count()).select_from(_everyone(definition, question))))
        words, facts = by_hand(at)
        theirs, same = best(lambda: session.scalar(text(words).bindparams(*_typed(facts)), facts))
    yield (
        f"count of {people} ({likewise} by the rooms, {same} by hand): {ours:.0f} ms, goal {COUNT_GOAL}; "
        f"by the rooms {live:.0f} ms, by hand {theirs:.0f} ms: {ours / theirs:.2f} times, goal {TWICE}"
    )
    yield f"what each of its conditions does: {figures_by_condition:.0f} ms"
    with assembly.database.transaction() as session:
        some = asking.sample(
            definition, Question(session=session, at=at, catalogue=QUESTIONS, others=others()), size=100
        )
        session.add_all(SegmentStaleRow(person_id=one) for one in some)
    with assembly.database.reading() as session:
        question = Question(session=session, at=at, catalogue=QUESTIONS, others=others())
        changed, still = best(lambda: asking.count(definition, question))
    started = time.perf_counter()
    followed = keep_segments.follow(assembly, at)
    took = (time.perf_counter() - started) * 1000
    yield f"with {len(some)} of them changed: {still} in {changed:.0f} ms; {followed} rows followed in {took:.0f} ms"


def _everyone(definition: Definition, question: Question) -> Any:
    return members(definition, question).subquery()


def _typed(facts: dict[str, Any]) -> Iterator[Any]:
    for name, value in facts.items():
        yield bindparam(name, value, type_=Instant() if isinstance(value, datetime) else Date())


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
