"""Donors, and money that came from them."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service
from crm.donations.model import Gift, Method, Movement, NewGift, NewLine
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW

TODAY = NOW.date()
_NUMBERS = count(1)

Give = Callable[..., Gift]


def paid(**facts: Any) -> Movement:
    """A transfer of today, unless told otherwise."""
    return Movement(**{"method": Method.TRANSFER, "booked_on": TODAY, **facts})


def donor(session: Session, assembly: Assembly, name: str = "") -> PersonId:
    """Somebody who gives."""
    new = NewPerson(language=Language.FR, last_name=name or f"Donateur {next(_NUMBERS)}")
    return people.add(session, assembly.addresses, new, at=NOW).id


@pytest.fixture
def give(assembly: Assembly) -> Give:
    """Records a gift of so many cents, today, of somebody new unless told otherwise."""

    def record(session: Session, cents: int, person_id: PersonId | None = None, **facts: Any) -> Gift:
        new = NewGift(
            **{
                "person_id": person_id or donor(session, assembly),
                "lines": (NewLine(cents=cents),),
                "given_on": TODAY,
                "movement": paid(),
                **facts,
            }
        )
        return service.record(session, assembly.sealer, new, at=NOW)

    return record
