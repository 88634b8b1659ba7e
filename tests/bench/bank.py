"""`python -m tests.bench.bank`: files of the bank read, beside a bare loop over the same lines; and brought in.

Brought in: as many of a hundred lines are of people we know as `--matching` says, and become gifts; the others wait.

The bare loop opens the same file and takes each line as text: what no reader can do without. Memory is that of a
process of its own for each file, its own size at rest taken off.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from crm.assembly import bank_counter
from crm.banking import bringing, reading
from crm.banking.model import Line
from crm.foundation.bulk import settle
from crm.people import links
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.banking import camt_files as camt
from tests.banking import coda_files as coda
from tests.banking.camt_files import Entry, Tx
from tests.banking.coda_files import Move
from tests.bench.imports import house

DONORS = 5_000
HOME = PostalAddress.parse(street="Rue des Bougies", number="12", postcode="5000", locality="Namur")
NAMES = ("Dupont Marie", "Peeters Jan", "Lefèvre Éloïse", "Noël Jean", "De Vries Anna")


def main() -> None:
    """Prints seconds, the ratio to the bare loop and peak memory for a CODA and a camt.053."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.bank", description=main.__doc__)
    options.add_argument("--movements", type=int, default=100_000)
    options.add_argument("--matching", type=int, default=50, help="so many of a hundred lines are of people we know")
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    options.add_argument("--json", action="store_true")
    options.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.file:
        print(json.dumps(measured(chosen.file)))
        return
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, write in (("coda", write_coda), ("camt.053", write_camt)):
            file = Path(folder) / name
            write(file, chosen.movements)
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.bank", "--file", str(file)], check=True, capture_output=True
            )
            found[name] = json.loads(done.stdout)
        write_coda(Path(folder) / "known", chosen.movements, chosen.matching)
        brought = {ledger: brought_in(ledger, Path(folder) / "known") for ledger in chosen.ledgers}
    if chosen.json:
        print(json.dumps(found | brought))
        return
    for name, figures in found.items():
        print(
            f"{name}: {chosen.movements:,} movements in {figures['megabytes']:.0f} MB read in {figures['read']:.1f} s "
            f"({figures['cpu']:.1f} s of work, {figures['ratio']:.0f} times the bare {figures['bare']:.2f} s); "
            f"{figures['memory']:.0f} MB of memory above rest"
        )

    for ledger, figures in brought.items():
        print(
            f"{ledger}: {chosen.movements:,} movements brought in, {figures['matched']:.0f} of them matched and "
            f"booked, in {figures['bring']:.1f} s ({figures['bring_cpu']:.1f} s of work); "
            f"the same file again {figures['again']:.1f} s ({figures['again_cpu']:.1f}); "
            f"{figures['memory']:.0f} MB of memory above rest"
        )


def brought_in(ledger: str, file: Path) -> dict[str, float]:
    """Seconds for a file that is new, and for the same again."""
    with house(ledger) as assembly:
        for begin in range(0, DONORS, 500):
            with assembly.database.transaction() as session:
                for at in range(begin, begin + 500):
                    first, last = NAMES[at % len(NAMES)].rsplit(" ", 1)[::-1]
                    new = NewPerson(language=Language.FR, first_name=first, last_name=last, address=HOME)
                    person = people.add(session, assembly.addresses, new, at=assembly.clock())
                    links.remember_keys(session, "structured", {(person.id, _structured(at))})
                settle(session)
        counter, figures, rest = bank_counter(assembly), dict[str, float](), peak()
        for name in ("bring", "again"):
            before, worked = time.perf_counter(), time.process_time()
            with file.open("rb") as stream:
                report = bringing.bring(counter, stream, name="coda", by=None)
            figures[name], figures[f"{name}_cpu"] = time.perf_counter() - before, time.process_time() - worked
            figures.setdefault("matched", report.matched)
        return figures | {"memory": peak() - rest}


def measured(file: Path) -> dict[str, float]:
    """Seconds and megabytes of one file, in this process."""
    before = time.process_time()
    with file.open(encoding="utf-8") as lines:
        for line in lines:
            line.strip()
    bare = time.process_time() - before
    rest = peak()
    before, worked = time.perf_counter(), time.process_time()
    with file.open("rb") as stream:
        deque(map(reading.masked, _lines(stream)), maxlen=0)
    read, worked = time.perf_counter() - before, time.process_time() - worked
    memory = peak() - rest
    size = file.stat().st_size / 1e6
    return {
        "read": read, "cpu": worked, "bare": bare, "ratio": worked / bare, "memory": memory, "megabytes": size,
    }  # fmt: skip


def peak() -> float:
    """The most memory this process has had, in megabytes (getrusage would count that of its parent too)."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _lines(stream: IO[bytes]) -> Iterator[Line]:
    return (piece for piece in reading.pieces(stream) if isinstance(piece, Line))


def write_coda(file: Path, movements: int, matching: int = 0) -> None:
    """Transfers with a name, an account and an address; a tenth with a free communication.

    So many of a hundred, `matching`, bear the communication of somebody we know (but for that tenth).
    """
    moves = (
        Move(
            cents=1_000 + at % 9_000,
            structured=None
            if at % 10 == 0
            else ("101", _structured(at % DONORS if at % 100 < matching else DONORS + at)),
            text=f"DON {at} MERCI POUR TOUT" if at % 10 == 0 else "",
            name=NAMES[at % len(NAMES)],
            account="BE71096123456769",
            bic="NICABEBB",
            infos=(("001", f"{NAMES[at % len(NAMES)]:<70}{'RUE DES BOUGIES 12':<35}{'5000 NAMUR':<35}"),),
        )
        for at in range(movements)
    )
    file.write_bytes(coda.file(coda.statement(list(moves)), encoding="utf-8"))


def write_camt(file: Path, movements: int) -> None:
    """Entries of one transaction, and a batch of a hundred now and then."""
    entries = []
    at = 0
    while at < movements:
        size = min(100 if at % 1_000 == 0 else 1, movements - at)
        txs = [
            Tx(
                cents=1_000 + one % 9_000,
                name=NAMES[one % len(NAMES)],
                iban="BE71096123456769",
                structured=_structured(one) if one % 10 else "",
                text="" if one % 10 else f"don {one} merci",
                end_to_end=f"E2E-{one}",
            )
            for one in range(at, at + size)
        ]
        entries.append(Entry(cents=sum(tx.cents or 0 for tx in txs), txs=txs))
        at += size
    file.write_bytes(camt.document(camt.statement(entries, version=8), version=8))


def _structured(number: int) -> str:
    return f"{number:010d}{number % 97 or 97:02d}"


if __name__ == "__main__":
    main()
