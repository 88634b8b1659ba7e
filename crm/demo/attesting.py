"""The demonstration's tax attestations: last year's are numbered, this year's wait for it to end."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.assembly import Assembly, attesting_house
from crm.attestations import asking
from crm.attestations import service as attestations
from crm.attestations.model import FiscalKind, MissingNumber
from crm.staff import service as staff
from crm.values.calendar import brussels_day
from crm.values.identifiers import AccountId
from crm.values.national_number import NationalNumber
from crm.vault import service as vault
from crm.vault.model import Source

SEED = 2281
SILENT = 5
"""One of so many gave no number yet."""


def let_them_attest(assembly: Assembly, now: datetime) -> None:
    """Once: a house in which somebody proposed rules is left alone. The clock makes the papers after it."""
    last = brussels_day(now).year - 1
    with assembly.database.transaction() as session:
        accounts = [account.id for account in staff.accounts(session)]
        if len(accounts) < 2 or attestations.proposals(session, last):
            return
        for year in (last, last + 1):
            _approve(session, year, accounts, now=now)
        _give_numbers(session, assembly, last, now, by=accounts[0])
    with assembly.database.transaction() as session:
        run, findings = attestations.check(session, last, at=now, by=accounts[0])
    if findings.owed:
        with assembly.database.transaction() as session:
            attestations.lock(session, attesting_house(assembly), run.id, at=now, by=accounts[0])


def _approve(session: Session, year: int, accounts: list[AccountId], *, now: datetime) -> None:
    """Proposed by one, accepted by another; whoever gave no number yet gets theirs once they did."""
    rules = replace(
        attestations.rules_of(session, year),
        approved_from_on=date(year - 2, 1, 1),
        approved_until_on=date(year + 3, 12, 31),
        missing_number=MissingNumber.BLOCK,
    )
    proposed = attestations.propose_rules(session, rules, at=now, by=accounts[0])
    attestations.decide_rules(session, proposed.id, accepts=True, at=now, by=accounts[1])


def _give_numbers(session: Session, assembly: Assembly, year: int, now: datetime, *, by: AccountId) -> None:
    chance, lock = random.Random(SEED), assembly.vault.lock()  # noqa: S311 - made-up numbers, not secrets
    for place, one in enumerate(asking.wanted(session, year, at=now)):
        if place % SILENT and one.kind is FiscalKind.PERSON:
            number = _number(chance)
            vault.write(session, lock, assembly.sealer, one.person_id, number, source=Source.FORM, at=now, by=by)


def _number(chance: random.Random) -> NationalNumber:
    """One that nobody has: born before 1976, with the order number of nobody's two-hundredth of a day."""
    day = f"{chance.randrange(1, 13):02d}{chance.randrange(1, 29):02d}"
    body = f"{chance.randrange(40, 76)}{day}{chance.randrange(801, 998)}"
    return NationalNumber(f"{body}{97 - int(body) % 97:02d}")
