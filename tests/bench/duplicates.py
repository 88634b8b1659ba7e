"""`python -m tests.bench.duplicates`: how fast, and how surely, people who stand there twice are found.

Among made-up supporters some are planted a second time, with the slips of a second sign-up. Beside the whole search
stands the least that it can cost: one pass over the keys. All in one run: figures of different machines say nothing.
"""

from __future__ import annotations

import argparse
import json
import resource
import time
from collections.abc import Callable
from random import Random
from statistics import median
from typing import Any

from sqlalchemy import func, select

from crm.assembly import Assembly
from crm.demo.seeding.sow import sow
from crm.duplicates import service as duplicates
from crm.people import contact_store
from crm.people import service as people
from crm.people.model import NewPerson, Person, PersonKind
from crm.people.tables import PersonKeyRow
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from jobs import compare_everybody
from tests.bench.imports import house

MOST_PLANTED = 2000
LOOKED_AT = 50


def main() -> None:
    """Prints seconds, the share of the planted that was found, and of the found that was planted."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.duplicates", description=main.__doc__)
    options.add_argument("--people", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1961)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = {ledger: measured(ledger, chosen.people, chosen.seed) for ledger in chosen.ledgers}
    if chosen.json:
        print(json.dumps(found))
        return
    for ledger, figures in found.items():
        print(
            f"{ledger}: {chosen.people:,} people and {figures['planted']:,} planted; all compared in "
            f"{figures['seconds']:.1f} s (worked {figures['worked']:.1f} s), "
            f"{figures['ratio']:.1f} times one pass over their keys; "
            f"{figures['compared']:,} pairs weighed, {figures['pairs']:,} kept; "
            f"recall {figures['recall']:.1%}; of pairs from 80 on {figures['precision']:.1%} were planted; "
            f"one newcomer compared in {figures['one_ms']:.1f} ms; peak memory {figures['peak_megabytes']:.0f} MB"
        )


def measured(ledger: str, number: int, seed: int) -> dict[str, Any]:
    """All figures of one database."""
    with house(ledger) as assembly:
        sow(assembly, number, seed=seed, now=assembly.clock(), rooms=())
        compare_everybody.mend(assembly)
        planted = _plant(assembly, Random(seed), number)
        plain = _seconds(lambda: _pass_over_keys(assembly))
        began, worked = time.perf_counter(), time.process_time()
        told = compare_everybody.run(assembly, assembly.clock())
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        with assembly.database.reading() as session:
            pairs = duplicates.queue(session, size=10 * number)
        kept = {(pair.low_id, pair.high_id) for pair in pairs}
        sure = {(pair.low_id, pair.high_id) for pair in pairs if pair.score >= 80}
        newcomers = [_compare_one(assembly, high) for _, high in sorted(planted)[:LOOKED_AT]]
    return {
        "planted": len(planted),
        "seconds": seconds,
        "worked": worked,
        "ratio": seconds / plain,
        "compared": told["compared"],
        "pairs": len(kept),
        "recall": len(planted & kept) / len(planted),
        "precision": len(planted & sure) / max(1, len(sure)),
        "one_ms": 1000 * median(newcomers),
        "peak_megabytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def _plant(assembly: Assembly, chance: Random, number: int) -> set[tuple[int, int]]:
    """Some people once more, each with a slip; the pairs."""
    wanted = min(MOST_PLANTED, max(20, number // 100))
    ids = chance.sample(range(1, number + 1), 2 * wanted)
    made: set[tuple[int, int]] = set()
    with assembly.database.transaction() as session:
        for one in (people.find_person(session, PersonId(person_id)) for person_id in ids):
            if one is None or one.kind is not PersonKind.INDIVIDUAL or not one.last_name or len(made) == wanted:
                continue
            again = _again(session, chance, one)
            if again is not None:
                made.add((one.id, people.add(session, assembly.addresses, again, at=assembly.clock()).id))
    return made


def _again(session: Any, chance: Random, one: Person) -> NewPerson | None:
    """What somebody says who comes a second time: the name with or without a slip, and one thing we know already."""
    home = next((abode.address for abode in contact_store.abodes_of(session, [one.id])[one.id]), None)
    email = one.emails[0].value if one.emails else ""
    last = one.last_name
    if chance.random() < 0.5 and len(last) > 4:
        at = chance.randrange(1, len(last) - 1)
        last = last[:at] + last[at + 1 :]
    by_email = bool(email) and (home is None or chance.random() < 0.6)
    if not by_email and home is None:
        return None
    return NewPerson(
        language=one.language,
        first_name=one.first_name,
        last_name=last,
        email=EmailAddress.kept(email) if by_email else None,
        address=None if by_email else home,
    )


def _pass_over_keys(assembly: Assembly) -> None:
    with assembly.database.reading() as session:
        row = PersonKeyRow
        several = select(row.kind, row.key).group_by(row.kind, row.key).having(func.count() > 1).subquery()
        session.scalar(select(func.count()).select_from(several))


def _compare_one(assembly: Assembly, person_id: int) -> float:
    def compare() -> None:
        with assembly.database.transaction() as session:
            duplicates.compare(session, [PersonId(person_id)], at=assembly.clock())

    return _seconds(compare)


def _seconds(act: Callable[[], None]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
