"""`python -m tests.bench.attestation_kills`: the lock and the vault's rotation killed in the middle, many times."""

from __future__ import annotations

import argparse
from dataclasses import replace
from datetime import date
from random import Random

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly, attesting_house
from crm.attestations import service
from crm.attestations.rules import by_default
from crm.attestations.tables import AttestationRow
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.values.postal_address import PostalAddress
from crm.vault import service as vault
from crm.vault.tables import NumberRow
from tests import victims
from tests.bench.attestations import HOUSE
from tests.bench.imports import house
from tests.conftest import NOW
from tests.killing import killed

YEAR, ONE, OTHER = 2025, AccountId(1), AccountId(2)
HOME = PostalAddress(street="Rue de la Loi", number="16", box="3", postcode="1000", locality="Bruxelles", country="BE")


def main() -> None:
    """Prints, for each database, how many were killed in the middle, and what was lost."""
    options = argparse.ArgumentParser(prog="python -m tests.bench.attestation_kills", description=main.__doc__)
    options.add_argument("--kills", type=int, default=200, help="of the lock")
    options.add_argument("--turns", type=int, default=50, help="kills of the rotation")
    options.add_argument("--numbers", type=int, default=100_000)
    options.add_argument("--ledgers", nargs="*", default=["sqlite", "postgresql"], choices=["sqlite", "postgresql"])
    chosen = options.parse_args()
    for ledger in chosen.ledgers:
        with house(ledger) as bare:
            settings = bare.settings.model_copy(update={"organisation": HOUSE})
            made = replace(bare, settings=settings, clock=lambda: NOW)
            print(f"{ledger}: {_locks(made, chosen.kills)}", flush=True)
            print(f"{ledger}: {_turns(made, chosen.turns, chosen.numbers)}", flush=True)


def _locks(made: Assembly, kills: int) -> str:
    chance, cut, people_of_run = Random(1961), 0, 3
    with made.database.transaction() as session:
        rules = service.propose_rules(
            session, replace(by_default(YEAR), approved_from_on=date(YEAR, 1, 1)), at=NOW, by=ONE
        )
        service.decide_rules(session, rules.id, accepts=True, at=NOW, by=OTHER)
    for kill in range(1, kills + 1):
        with made.database.transaction() as session:
            for _ in range(people_of_run):
                _donor(made, session, kill)
            run, _found = service.check(session, YEAR, at=NOW, by=ONE)
        cut += not killed(made.settings, victims.lock, run.id, ONE, after=chance.random() * 0.15)
        with made.database.transaction() as session:
            service.lock(session, attesting_house(made), run.id, at=NOW, by=ONE)
            numbers = sorted(session.scalars(select(AttestationRow.number)))
            assert numbers == list(range(1, people_of_run * kill + 1)), f"a gap after kill {kill}"
    return f"{kills} locks, {cut} of them killed before they were over: numbers 1 to {people_of_run * kills}, no gap"


def _donor(made: Assembly, session: Session, kill: int) -> None:
    new = NewPerson(language=Language.FR, first_name="Marie", last_name=f"Dupont {kill}", address=HOME)
    person_id = people.add(session, made.addresses, new, at=NOW).id
    movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 1))
    gift = NewGift(person_id=person_id, lines=(NewLine(cents=4000),), given_on=date(YEAR, 6, 1), movement=movement)
    donations.record(session, made.sealer, gift, at=NOW)


def _turns(made: Assembly, kills: int, count: int) -> str:
    chance, cut, lock = Random(1961), 0, made.vault.lock()
    known = [_number(chance) for _ in range(count)]
    for start in range(0, count, 10_000):
        some = [(f"line {at}", known[at]) for at in range(start, min(count, start + 10_000))]
        with made.database.transaction() as session:
            vault.wait(session, lock, some, at=NOW)
    for _ in range(kills):
        lock = made.vault.lock()
        with made.database.reading() as session:
            if not vault.is_rotating(session, lock):
                made.vault.add_key()
        cut += not killed(made.settings, victims.turn, after=0.05 + chance.random() * 0.8)
    lock = made.vault.lock()
    with made.database.reading() as session:
        rows = session.execute(select(NumberRow.sealed, NumberRow.uid, NumberRow.origin)).all()
        counted = session.execute(select(NumberRow.key_id, func.count()).group_by(NumberRow.key_id))
        keys = {row.key_id: row[1] for row in counted}
    read = {str(origin): lock.open(sealed, uid) for sealed, uid, origin in rows}
    lost = sum(read.get(f"line {at}") != number for at, number in enumerate(known))
    return f"{kills} rotations of {count:,} numbers, {cut} killed before they were over: {lost} lost; by key {keys}"


def _number(chance: Random) -> NationalNumber:
    birth = f"{chance.randrange(30, 99):02d}{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    nine = f"{birth}{chance.randrange(1, 998):03d}"
    return NationalNumber(f"{nine}{97 - int(nine) % 97:02d}")


if __name__ == "__main__":
    main()
