"""`python -m tests.bench.addresses`: random addresses parsed, printed and read back, and completion of a locality."""

from __future__ import annotations

import argparse
import json
import random
import sys
from statistics import quantiles
from time import perf_counter

from crm.values.address_key import dedupe_key
from crm.values.address_lines import lines, read_lines
from crm.values.address_quality import quality
from crm.values.belgium.localities import complete, every_locality
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress, TypedParts
from tests.values.address_strategies import ABROAD, STREETS

ABOVE = ("", "", "Résidence Les Tilleuls", "Bâtiment B, porte 3", "Gebouw C")


def main() -> int:
    """One line per figure. Every address must come back from its lines as it was; the exit code says whether."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.addresses", description=main.__doc__)
    options.add_argument("--addresses", type=int, default=100_000)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--json", action="store_true")
    chosen = options.parse_args()
    typed = _typed(random.Random(chosen.seed), chosen.addresses)
    complete("a", Language.FR)  # the tables are read once per process

    began = perf_counter()
    parsed = [PostalAddress.parse(**parts) for parts in typed]
    parsing = perf_counter() - began
    began = perf_counter()
    printed = [lines(address) for address in parsed]
    printing = perf_counter() - began
    began = perf_counter()
    read = [read_lines(paper, language=address.language) for paper, address in zip(printed, parsed, strict=True)]
    reading = perf_counter() - began
    changed = sum(one != other for one, other in zip(parsed, read, strict=True))
    began = perf_counter()
    keys = {dedupe_key(address) for address in parsed}
    keying = perf_counter() - began
    began = perf_counter()
    doubtful = sum(quality(address).score < 100 for address in parsed)
    judging = perf_counter() - began

    waits = []
    for place in every_locality():
        for length in range(1, 5):
            began = perf_counter()
            complete(place.name()[:length], Language.FR)
            waits.append((perf_counter() - began) * 1000)
    rate = {
        "parsed": parsing,
        "printed": printing,
        "read_back": reading,
        "keyed": keying,
        "judged": judging,
    }
    found = {
        "addresses": len(parsed),
        "changed_on_paper": changed,
        "letterboxes": len(keys),
        "doubtful": doubtful,
        "per_second": {name: round(len(parsed) / seconds) for name, seconds in rate.items()},
        "completion_p95_ms": round(quantiles(waits, n=20)[-1], 3),
        "completion_worst_ms": round(max(waits), 3),
    }
    if chosen.json:
        print(json.dumps(found))
    else:
        print(f"{len(parsed):,} random addresses, {changed} of them changed by the way through paper")
        for name, seconds in rate.items():
            print(f"{name.replace('_', ' ')}: {len(parsed) / seconds:,.0f} addresses/s")
        wait, worst = found["completion_p95_ms"], found["completion_worst_ms"]
        print(f"completion of a locality: {wait} ms (p95), {worst} ms at worst")
    return 1 if changed else 0


def _typed(chance: random.Random, count: int) -> list[TypedParts]:
    """Nine in ten in Belgium, at real localities, with every way to write a number and a box."""
    places = every_locality()
    found = []
    for _ in range(count):
        language = chance.choice(list(Language))
        number = f"{chance.randint(1, 999)}{chance.choice(['', '', '', 'A', 'bis', ' ter', '-1001'])}"
        box = chance.choice(
            ["", "", "", f"{chance.randint(1, 99)}", f"{chance.randint(0, 9):04d}", "B12", "2.1", "A 3"]
        )
        parts = TypedParts(number=number, box=box, complement=chance.choice(ABOVE))
        if chance.random() < 0.9:
            place = chance.choice(places)
            language = chance.choice(place.languages)
            street = chance.choice(STREETS[language])
            parts |= TypedParts(
                postcode=place.postcode, locality=place.name(language), street=street, language=language
            )
        else:
            country, postcode, locality, streets = chance.choice(ABROAD)
            street = chance.choice(streets)
            parts |= TypedParts(country=country, postcode=postcode, locality=locality, street=street, language=language)
        found.append(parts)
    return found


if __name__ == "__main__":
    sys.exit(main())
