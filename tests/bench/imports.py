"""`python -m tests.bench.imports`: a file of people tried and imported, beside a bare loop into the same tables.

The bare loop validates the same addresses and inserts the same people into the same indexed tables (people, contact
points, keys of duplicates, words of the search), in the same blocks, and does nothing else: no reading of a file, no
looking up, no verdicts, no undo. The barest leaves out keys and words: a house in which nobody could be found.
"""

from __future__ import annotations

import argparse
import json
import resource
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

from crm.assembly import Assembly, assemble, import_worker
from crm.foundation.settings import Settings
from crm.imports import service as imports
from crm.imports.model import Matching
from crm.imports.worker import BLOCK
from crm.migrations import schema
from crm.people import bulk as people_bulk
from crm.people import settling_store
from crm.people.model import ContactKind, Deliverability, NewPerson, PersonKind, Title, Usage
from crm.values.email_address import EmailAddress
from crm.values.folding import folded
from crm.values.languages import Language
from tests import postgres

FIRST = ("Marie", "Jean", "Éloïse", "Noël", "Fatima", "Lotte", "Pieter", "Ana")
LAST = ("Dupont", "Peeters", "Lefèvre", "D’Hôte", "Janssens", "Silva", "Van den Broeck")


def main() -> None:
    """Prints seconds, ratios and peak memory; all in one run: figures of different machines say nothing."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.imports", description=main.__doc__)
    options.add_argument("--rows", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    found = {ledger: measured(ledger, chosen.rows) for ledger in chosen.ledgers}
    if chosen.json:
        print(json.dumps(found))
        return
    for ledger, figures in found.items():
        print(
            f"{ledger}: {chosen.rows:,} rows; bare loop {figures['bare']:.1f} s, dry run {figures['check']:.1f} s, "
            f"apply {figures['apply']:.1f} s; ratio to the bare loop {figures['dry_run_ratio']:.2f} and "
            f"{figures['apply_ratio']:.2f}, together {figures['ratio']:.2f}; by processor time "
            f"{figures['dry_run_cpu_ratio']:.2f} and {figures['apply_cpu_ratio']:.2f} (beside the barest "
            f"{figures['dry_run_barest_cpu_ratio']:.2f} and {figures['apply_barest_cpu_ratio']:.2f}); "
            f"again {figures['again']:.1f} s, "
            f"undo {figures['undo']:.1f} s, peak memory {figures['peak_megabytes']:.0f} MB"
        )


def measured(ledger: str, rows: int) -> dict[str, float]:
    """Seconds of each stage, and how its rate compares to that of the bare loop."""
    figures: dict[str, float] = {}
    for name, insert in (("barest", _insert), ("bare", _insert_whole)):
        with house(ledger) as assembly, timed(figures, name):
            bare(assembly, rows, insert)
    with house(ledger) as assembly:
        file = assembly.settings.home / "people.csv"
        with file.open("w", encoding="utf-8") as out:
            out.write("prénom;nom;email;langue\n")
            out.writelines(f"{first};{last};{email};fr\n" for first, last, email in people(rows))
        worker = import_worker(assembly)
        with file.open("rb") as stream:
            kept = worker.shelf.take_in(stream)
        run = None
        for name in ("check", "again"):
            seen = imports.look(worker.shelf, kept)
            with assembly.database.transaction() as session:
                opened = imports.open_run(
                    session, kind="people", file_name="p.csv", kept=kept, seen=seen, by=None, at=assembly.clock()
                )
                imports.check(session, opened.id, opened.matching or Matching(), at=assembly.clock())
            with timed(figures, name):
                worker.work(opened.id)
            if run is None:
                run = opened
                with assembly.database.transaction() as session:
                    imports.apply(session, run.id, at=assembly.clock())
                with timed(figures, "apply"):
                    worker.work(run.id)
        assert run is not None
        with assembly.database.transaction() as session:
            imports.undo(session, run.id, at=assembly.clock())
        with timed(figures, "undo"):
            worker.work(run.id)
    figures["dry_run_ratio"] = figures["bare"] / figures["check"]
    figures["apply_ratio"] = figures["bare"] / figures["apply"]
    figures["ratio"] = figures["bare"] / (figures["check"] + figures["apply"])
    for name, stage in (("dry_run", "check"), ("apply", "apply")):
        figures[f"{name}_cpu_ratio"] = figures["bare_cpu"] / figures[f"{stage}_cpu"]
        figures[f"{name}_barest_cpu_ratio"] = figures["barest_cpu"] / figures[f"{stage}_cpu"]
    figures["peak_megabytes"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return figures


def people(rows: int) -> Iterator[tuple[str, str, str]]:
    """Names that repeat and addresses that do not."""
    for i in range(rows):
        yield FIRST[i % 8], LAST[i % 7], f"prenom.nom{i}@exemple{i % 40}.be"


Block = list[tuple[str, str, EmailAddress]]


def bare(assembly: Assembly, rows: int, insert: Callable[[Assembly, Block, datetime], None]) -> None:
    """Validates and inserts, block by block."""
    at, block = assembly.clock(), Block()
    for first, last, email in people(rows):
        block.append((first, last, EmailAddress.parse(email)))
        if len(block) == BLOCK:
            insert(assembly, block, at)
            block = []
    if block:
        insert(assembly, block, at)


def _insert_whole(assembly: Assembly, block: Block, at: datetime) -> None:
    """Into all tables that a newcomer stands in, by the door that seeds a million."""
    several = [
        people_bulk.Arrival(
            NewPerson(first_name=first, last_name=last, email=email, language=Language.FR, source="bench"), at
        )
        for first, last, email in block
    ]
    with assembly.database.transaction() as session:
        people_bulk.add_many(session, assembly.addresses, several)


def _insert(assembly: Assembly, block: Block, at: datetime) -> None:
    stamp = {"created_at": at, "source": "bench"}
    with assembly.database.transaction() as session:
        ids = settling_store.insert_people(
            session,
            [
                {
                    "kind": PersonKind.INDIVIDUAL,
                    "first_name": first,
                    "last_name": last,
                    "organisation_name": "",
                    "folded_name": folded(f"{first} {last} "),
                    "title": Title.NONE,
                    "language": Language.FR,
                    "birth_on": None,
                    "member_number": None,
                    **stamp,
                }
                for first, last, _ in block
            ],
        )
        settling_store.insert_points(
            session,
            [
                {
                    "person_id": person_id,
                    "kind": ContactKind.EMAIL,
                    "value": email.text,
                    "address_key": assembly.addresses.key_of(email.normal),
                    "is_primary": True,
                    "usage": Usage.HOME,
                    "deliverability": Deliverability.LIVE,
                    "failures": 0,
                    "ended_at": None,
                    **stamp,
                }
                for person_id, (_, _, email) in zip(ids, block, strict=True)
            ],
        )


@contextmanager
def house(ledger: str) -> Iterator[Assembly]:
    """An empty house of its own."""
    with tempfile.TemporaryDirectory(prefix="pv-bench-") as folder:
        home = Path(folder) / "home"
        if ledger == "sqlite":
            assembly = assemble(Settings(home=home))
            schema.upgrade(assembly.database)
            yield assembly
            assembly.database.close()
            return
        run = Path(folder) / "postgres"
        run.mkdir()
        alive = postgres.hold_alive(run)
        try:
            socket = postgres.cluster(run)
            with postgres.connect(socket) as admin:
                admin.execute("CREATE DATABASE bench")
            assembly = assemble(Settings(home=home, database_url=postgres.database_url(socket, "bench")))
            schema.upgrade(assembly.database)
            yield assembly
            assembly.database.close()
        finally:
            alive.close()


@contextmanager
def timed(figures: dict[str, float], name: str) -> Iterator[None]:
    """Notes how many seconds its body took, and how many of them this process worked (`<name>_cpu`)."""
    began, worked = time.perf_counter(), time.process_time()
    yield
    figures[name] = time.perf_counter() - began
    figures[f"{name}_cpu"] = time.process_time() - worked


if __name__ == "__main__":
    main()
