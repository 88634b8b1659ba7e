"""`python -m tests.bench.attestations`: a year of numbers, papers, its file and a new key of the vault, timed."""

from __future__ import annotations

import argparse
import io
import json
import os
import subprocess
import sys
import time
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import date

from sqlalchemy import func, select

from crm.assembly import Assembly, attesting_house, press
from crm.attestations import belcotax, filing, schema_checks, service
from crm.attestations.model import Format
from crm.attestations.paper import TEMPLATE
from crm.attestations.rules import by_default
from crm.attestations.tables import AttestationRow
from crm.demo.seeding.sow import sow
from crm.donations.model import Basis, GiftKind, LineKind, Method, Why
from crm.donations.tables import GiftLineRow, GiftRow
from crm.foundation import documents
from crm.foundation.bulk import pour, reserve, settle
from crm.foundation.settings import Organisation
from crm.people.tables import PersonRow
from crm.values.identifiers import AccountId, AttestationId, RunId
from crm.vault import service as vault
from crm.vault.tables import NumberRow
from tests.attestations.test_run import SCHEMA
from tests.bench.imports import house, timed

AIM = 100_000
GOALS = {"lock": 30, "file": 60}
"""Seconds for a hundred thousand."""
PAPERS = 400
HOUSE = Organisation(
    legal_name="Maison exemple ASBL",
    enterprise_number="0418308144",
    street="Rue X 1",
    postcode="1060",
    locality="Bxl",
    phone="+32 2 000 00 00",
)


def main() -> None:
    """Prints seconds, and what they make for a hundred thousand."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.attestations", description=main.__doc__)
    options.add_argument("--people", type=int, default=60_000)
    options.add_argument("--year", type=int, default=2025)
    options.add_argument("--everyone", action="store_true", help="everybody gave enough that year")
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for ledger in chosen.ledgers:
        with house(ledger) as bare:
            made = replace(bare, settings=bare.settings.model_copy(update={"organisation": HOUSE}))
            with redirect_stdout(io.StringIO()):
                sow(made, chosen.people, seed=1961, now=made.clock())
            if chosen.everyone:
                _everyone_gave(made, chosen.year)
            _measure(ledger, made, chosen.year)


def _everyone_gave(made: Assembly, year: int) -> None:
    """Fifty euro of everybody: lines and nothing that moved, which is what attestations look at."""
    tables, at, on = GiftRow.metadata.tables, made.clock(), date(year, 6, 1)
    gift, line = tables["gift"], tables["gift_line"]
    facts = (GiftKind.ONE_OFF, on, Basis.RECEIVED, Method.TRANSFER, None, False, 5000, 5000, "", "", False)
    with made.database.transaction() as session:
        people = session.scalars(select(PersonRow.id).where(PersonRow.merged_into_id.is_(None))).all()
        fund = session.scalars(select(GiftLineRow.fund_code).limit(1)).one()
        ids, rest = reserve(session, gift, len(people)), (LineKind.DONATION, fund, 5000, 5000, True, Why.DONATION)
        lines = reserve(session, line, len(people))
        gifts = ((one, who, who, *facts, None, at, None) for one, who in zip(ids, people, strict=True))
        pour(session, gift, [column.name for column in gift.columns], gifts)
        several = ((one, of, 1, *rest) for one, of in zip(lines, ids, strict=True))
        pour(session, line, [column.name for column in line.columns], several)
        settle(session)


def _measure(ledger: str, made: Assembly, year: int) -> None:
    figures: dict[str, float] = {}
    _approve(made, year)
    numbers = _numbers(made)
    now = made.clock()
    with made.database.transaction() as session:
        run, _ = service.check(session, year, at=now, by=None)
    with timed(figures, "lock"), made.database.transaction() as session:
        run = service.lock(session, attesting_house(made), run.id, at=now, by=None)
    count = run.count
    rates = _rates(made, run.id)
    with timed(figures, "file"), made.database.transaction() as session:
        desk = attesting_house(made)
        prepared = filing.prepare(session, desk, year, Format.BELCOTAX_XML_2024)
        told = made.settings.home / "told.xml"
        with told.open("w", encoding="utf-8") as file:
            file.writelines(filing.pieces(session, desk, prepared, at=now))
        is_valid = "valid" if SCHEMA.exists() else "not held against the schema, which is not at hand"
        assert not SCHEMA.exists() or schema_checks.flaws(lambda: told.open("rb"), SCHEMA) == ()
    lock = made.vault.add_key()
    with timed(figures, "rotation"):
        turned = 0
        while True:
            with made.database.transaction() as session:
                some = vault.rotate_some(session, lock)
            if not some:
                break
            turned += some
    for name, goal in GOALS.items():
        clock, own = figures[name], figures[f"{name}_cpu"]
        scaled = f"{clock * AIM / count:.0f} s ({own * AIM / count:.0f} s of processor) for {AIM:,}, goal {goal} s"
        print(f"{ledger}: {name} of {count:,} in {clock:.1f} s: {scaled}; load {os.getloadavg()[0]:.1f}")
    print(
        f"{ledger}: the file has {told.stat().st_size / 1e6:.1f} MB, {is_valid}; "
        f"its command took at most {_memory(made, year):.0f} MB, goal 300"
    )
    bare, whole = rates
    print(f"{ledger}: {whole:.0f} papers a second, {bare:.0f} by the bare library: {whole / bare:.2f}, goal 0.50")
    print(f"{ledger}: {turned:,} of {numbers:,} numbers under a new key in {figures['rotation']:.1f} s")


def _memory(made: Assembly, year: int) -> float:
    """Megabytes that the command which writes the file took, in a process of its own."""
    organisation = {f"PORTEVOIX_ORGANISATION__{name.upper()}": str(value) for name, value in HOUSE if value}
    organisation = {name: value for name, value in organisation.items() if "THEME" not in name}
    home = {"PORTEVOIX_HOME": str(made.settings.home), "PORTEVOIX_DATABASE_URL": made.settings.database_url}
    if SCHEMA.exists():
        known = {"xml": {str(belcotax.YEAR): {"schema_file": str(SCHEMA)}}}
        home["PORTEVOIX_ATTESTATIONS"] = json.dumps(known)
    words = ("attestations", "file", str(year), "--format", Format.BELCOTAX_XML_2024.value, "--test", "--output")
    command = [sys.executable, "-c", _TELLING, *words, str(made.settings.home / "f.xml")]
    done = subprocess.run(
        command, env={**os.environ, **home, **organisation}, capture_output=True, text=True, check=True
    )
    return int(done.stderr.rpartition("VmHWM:")[2].split()[0]) / 1024


_TELLING = """
import atexit, sys
from pathlib import Path
from crm.cli.main import main
atexit.register(lambda: print(Path("/proc/self/status").read_text(), file=sys.stderr))
main()
"""
"""The command line, which says at its end what it took (what wait4 says counts the memory of this process too)."""


def _approve(made: Assembly, year: int) -> None:
    rules = replace(by_default(year), approved_from_on=date(year - 5, 1, 1))
    with made.database.transaction() as session:
        proposed = service.propose_rules(session, rules, at=made.clock(), by=AccountId(1))
        service.decide_rules(session, proposed.id, accepts=True, at=made.clock(), by=AccountId(2))


def _numbers(made: Assembly) -> int:
    """How many people the seeder gave a number."""
    with made.database.reading() as session:
        return session.scalar(select(func.count()).select_from(NumberRow)) or 0


def _rates(made: Assembly, run_id: RunId) -> tuple[float, float]:
    """(pages a second by the bare library, papers a second by the press), of the same papers, warm."""
    at_work = press(made)
    with made.database.reading() as session:
        wanted = select(AttestationRow.id).where(AttestationRow.run_id == run_id).order_by(AttestationRow.id)
        ids = [AttestationId(one) for one in session.scalars(wanted.limit(PAPERS))]
    pages = [at_work.said(one).page for one in ids]
    documents.pdf(TEMPLATE, pages[0], at=made.clock())
    start = time.perf_counter()
    for page in pages:
        documents.pdf(TEMPLATE, page, at=made.clock())
    bare = len(pages) / (time.perf_counter() - start)
    start = time.perf_counter()
    counted: list[int] = []
    at_work.work(run_id, most=PAPERS, tell=counted.append)
    return bare, sum(counted) / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
