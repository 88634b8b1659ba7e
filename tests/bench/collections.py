"""`python -m tests.bench.collections`: plans put into one pain.008 that its schema accepts; goal 20 s for 50,000."""

from __future__ import annotations

import argparse
import time
from datetime import date, timedelta

from crm.assembly import Assembly
from crm.collections import service
from crm.collections.model import Creditor, Schema
from crm.collections.service import Office
from crm.foundation.bulk import settle
from crm.people import service as people
from crm.people.model import NewPerson
from crm.plans import arriving
from crm.plans.arriving import Row
from crm.plans.mandates import Enclosed, enclose
from crm.plans.model import Channel
from crm.values import target_days
from crm.values.calendar import brussels_day
from crm.values.iban import Iban
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from tests.bench.imports import house

AIM, GOAL = 50_000, 20
PEOPLE = 500
BLOCK = 5_000
CREDITOR = Creditor(name="Exemple ASBL", creditor_id="BE05ZZZ0418308144", account="BE71096123456769", bic="GKCCBEBB")


def main() -> None:
    """Prints the seconds from « what is due? » to a file that was validated, and how large it is."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.collections", description=main.__doc__)
    options.add_argument("--plans", type=int, default=AIM)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for ledger in chosen.ledgers:
        with house(ledger) as assembly:
            _promise(assembly, chosen.plans)
            seconds, worked, count, size = _made(assembly)
            told = f"{ledger}: {count:,} collections in a valid pain.008 of {size / 1e6:.0f} MB"
            print(f"{told}: {seconds:.1f} s ({worked:.1f} s of work), goal {GOAL} s for {AIM:,}")


def _made(assembly: Assembly) -> tuple[float, float, int, int]:
    now = assembly.clock()
    day = target_days.after(brussels_day(now), 5)
    office = Office(creditor=CREDITOR, safe=assembly.safe, schema=Schema.V08, notice_days=1)
    began, worked = time.perf_counter(), time.process_time()
    with assembly.database.transaction() as session:
        batch = service.make(session, office, day, at=now, by=AccountId(1))
    seconds, worked = time.perf_counter() - began, time.process_time() - worked
    with assembly.database.reading() as session:
        return seconds, worked, batch.count, len(service.file(session, office, batch.id))


def _promise(assembly: Assembly, plans: int) -> None:
    now = assembly.clock()
    today = brussels_day(now)
    account = Iban.parse("BE71096123456769")
    with assembly.database.transaction() as session:
        who = [
            people.add(session, assembly.addresses, NewPerson(language=Language.FR, last_name=f"D{n}"), at=now).id
            for n in range(min(PEOPLE, plans))
        ]
    for first in range(0, plans, BLOCK):
        rows = [
            _row(who[n % len(who)], n, enclose(assembly.safe, account), today)
            for n in range(first, min(plans, first + BLOCK))
        ]
        with assembly.database.transaction() as session:
            arriving.bring_many(session, rows, at=now)
    with assembly.database.transaction() as session:
        settle(session)


def _row(person_id: PersonId, number: int, account: Enclosed, today: date) -> Row:
    signed = today - timedelta(days=28)
    return Row(
        person_id=person_id, supplier="bench", reference=f"BENCH-{number}", signed_on=signed, cents=1000 + number % 900,
        channel=Channel.STREET, account=account, holder=f"Donatrice {number}", anchor_day=signed.day,
    )  # fmt: skip


if __name__ == "__main__":
    main()
