"""People who pay fees."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from itertools import count
from typing import Any

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.donations import service as donations
from crm.donations.model import Gift, GiftKind, LineKind, Method, Movement, NewGift, NewLine
from crm.values.identifiers import PersonId
from tests.conftest import NOW
from tests.donations.conftest import donor
from tests.plans.conftest import promise

TODAY = NOW.date()
_NUMBERS = count(1)

PayFee = Callable[..., Gift]

__all__ = ["NOW", "TODAY", "PayFee", "donor", "promise"]


def pay_fee(
    session: Session, assembly: Assembly, person_id: PersonId, cents: int = 2500, on: date = TODAY, **facts: Any
) -> Gift:
    """A fee of somebody, booked on its day."""
    new = NewGift(
        person_id=person_id,
        lines=(NewLine(cents=cents, kind=LineKind.FEE),),
        kind=facts.pop("kind", GiftKind.MEMBERSHIP_FEE),
        given_on=on,
        movement=Movement(method=Method.TRANSFER, booked_on=on, provider="test", external_id=f"fee {next(_NUMBERS)}"),
        **facts,
    )
    return donations.record(session, assembly.sealer, new, at=NOW)


@pytest.fixture
def fee(assembly: Assembly) -> PayFee:
    """Pays a fee: of somebody, so much, on a day."""

    def pay(session: Session, person_id: PersonId, cents: int = 2500, on: date = TODAY, **facts: Any) -> Gift:
        return pay_fee(session, assembly, person_id, cents, on, **facts)

    return pay
