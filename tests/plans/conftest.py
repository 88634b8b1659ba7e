"""People who promised something, and mandates they signed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.plans import mandates, rules, service
from crm.plans.model import Channel, Mandate, NewMandate, NewPlan, Plan, Terms
from crm.values.iban import Iban
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.donations.conftest import donor

TODAY = NOW.date()
ACCOUNT = Iban.parse("BE71 0961 2345 6769")
OTHER = Iban.parse("BE68 5390 0754 7034")
_NUMBERS = count(1)

Promise = Callable[..., Plan]


def mandate(session: Session, assembly: Assembly, person_id: PersonId, **facts: Any) -> Mandate:
    """A mandate that they signed today, unless told otherwise."""
    given = {"person_id": person_id, "account": ACCOUNT, "holder": "Ana Alpha", "signed_on": TODAY}
    return mandates.sign(session, assembly.safe, NewMandate(**{**given, **facts}), at=NOW)


@pytest.fixture
def promise(assembly: Assembly) -> Promise:
    """A monthly plan of so many cents on the 5th, by a mandate of today, of somebody new unless told otherwise."""

    def sign(session: Session, cents: int = 1000, person_id: PersonId | None = None, **facts: Any) -> Plan:
        who = person_id or donor(session, assembly)
        started: date = facts.pop("started_on", TODAY)
        day = facts.pop("anchor_day", 5)
        every = facts.pop("every_months", 1)
        fee = facts.pop("fee_cents", 0)
        by = facts.pop("signed", None) or mandate(session, assembly, who, signed_on=started)
        terms = Terms(
            cents=cents,
            fee_cents=fee,
            every_months=every,
            anchor_day=day,
            first_month_on=rules.first_month(started, day),
        )
        new = NewPlan(
            **{
                "person_id": who,
                "terms": terms,
                "started_on": started,
                "channel": Channel.PHONE,
                "mandate_id": by.id,
                **facts,
            }
        )
        return service.sign(session, new, at=NOW)

    return sign
