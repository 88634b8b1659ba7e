"""National numbers of made-up donors: valid by their check, in the vault as any other, of nobody."""

from __future__ import annotations

from datetime import date, datetime
from random import Random

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.demo.seeding.room import Batch
from crm.people.model import PersonKind
from crm.values.national_number import NationalNumber
from crm.vault import service as vault
from crm.vault.keys import Lock
from crm.vault.model import Source

HELD = 0.8
"""So many of those whose birthday is known gave their number."""
CENTURY = 2_000_000_000
"""Stands before a number of somebody born since 2000, for its check."""
ORDERS = 997
"""The order numbers of a day, from 1: the series of that day."""


class Numbers:
    """The numbers of a batch, sealed one by one and written at once; no number twice."""

    name = "numéros nationaux"

    def __init__(self) -> None:
        self._lock: Lock | None = None
        self._given: dict[date, int] = {}

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """The vault is opened once."""
        self._lock, self._given = assembly.vault.lock(), {}

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """One for most of those who told their birthday; a day of which all orders are given gives no more."""
        assert self._lock is not None
        given = []
        for one, added in zip(batch.arrivals, batch.added, strict=True):
            born = one.new.birth_on
            if one.new.kind is PersonKind.INDIVIDUAL and born is not None and chance.random() < HELD:
                order = self._given[born] = self._given.get(born, 0) + 1
                if order <= ORDERS:
                    given.append((added.person_id, number_of(born, order)))
        return vault.pour(session, self._lock, given, source=Source.FORM, at=batch.now)


def number_of(born: date, order: int) -> NationalNumber:
    """The number of the so-manieth of a day."""
    nine = int(f"{born:%y%m%d}{order:03d}")
    check = 97 - (nine + (CENTURY if born.year >= 2000 else 0)) % 97
    return NationalNumber(f"{nine:09d}{check:02d}")
