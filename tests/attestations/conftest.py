"""A donor of last year, an approved institution, and the stages of a run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.attestations import service
from crm.attestations.model import MissingNumber, Run, YearRules
from crm.attestations.rules import by_default
from crm.donations import service as donations
from crm.donations.model import Gift, Method, Movement, NewGift, NewLine
from crm.foundation.settings import Organisation
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import AccountId, PersonId
from crm.values.languages import Language
from crm.values.national_number import NationalNumber
from crm.values.postal_address import PostalAddress
from crm.vault import service as vault
from crm.vault.model import Source
from tests.conftest import NOW

YEAR = 2025
PROPOSER, DECIDER = AccountId(7), AccountId(8)
NUMBER = "85073003328"
HOME = PostalAddress(street="Rue de la Loi", number="16", box="3", postcode="1000", locality="Bruxelles", country="BE")
ORGANISATION = Organisation(
    name="Droits & Cie",
    legal_name="Droits humains exemple ASBL",
    enterprise_number="0418.308.144",
    street="Rue X 1",
    postcode="1060",
    locality="Bruxelles",
    phone="+32 2 000 00 00",
)
_NAMES = count(1)

NewDonor = Callable[..., PersonId]
Give = Callable[..., Gift]


@pytest.fixture
def house(assembly: Assembly) -> Assembly:
    """The assembly of an institution that is approved, by two people, for 2024 to 2026."""
    found = replace(assembly, settings=assembly.settings.model_copy(update={"organisation": ORGANISATION}))
    with found.database.transaction() as session:
        accept(
            session, replace(by_default(YEAR), approved_from_on=date(2024, 1, 1), approved_until_on=date(2026, 12, 31))
        )
    return found


def accept(session: Session, rules: YearRules) -> None:
    """One proposes, another accepts."""
    proposed = service.propose_rules(session, rules, at=NOW, by=PROPOSER)
    service.decide_rules(session, proposed.id, accepts=True, at=NOW, by=DECIDER)


def policy(session: Session, missing: MissingNumber) -> None:
    """Another policy for missing numbers."""
    accept(session, replace(service.rules_of(session, YEAR), missing_number=missing))


@pytest.fixture
def donor(house: Assembly) -> NewDonor:
    """Adds somebody who can be given an attestation, unless told otherwise."""

    def add(session: Session, *, number: str = "", **facts: Any) -> PersonId:
        known = {"language": Language.FR, "first_name": "Marie", "last_name": f"Dupont {next(_NAMES)}", "address": HOME}
        person_id = people.add(session, house.addresses, NewPerson(**{**known, **facts}), at=NOW).id
        if number:
            lock = house.vault.lock()
            source = Source.FORM
            vault.write(
                session, lock, house.sealer, person_id, NationalNumber(number), source=source, at=NOW, by=PROPOSER
            )
        return person_id

    return add


@pytest.fixture
def give(house: Assembly) -> Give:
    """Records a gift of the year."""

    def record(session: Session, person_id: PersonId, cents: int, *, on: date = date(YEAR, 6, 1), **facts: Any) -> Gift:
        new = NewGift(
            **{
                "person_id": person_id,
                "lines": (NewLine(cents=cents),),
                "given_on": on,
                "movement": Movement(method=Method.TRANSFER, booked_on=on),
                **facts,
            }
        )
        return donations.record(session, house.sealer, new, at=NOW)

    return record


def locked(house: Assembly) -> Run:
    """Checks the year and gives the numbers."""
    from crm.assembly import attesting_house

    with house.database.transaction() as session:
        run, _ = service.check(session, YEAR, at=NOW, by=PROPOSER)
    with house.database.transaction() as session:
        return service.lock(session, attesting_house(house), run.id, at=NOW, by=PROPOSER)
