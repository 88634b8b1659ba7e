"""An office that collects, and plans it collects from."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.collections import service
from crm.collections.model import Batch, Creditor, Schema, Seen
from crm.collections.service import Office
from crm.collections.settling import Ledger
from crm.values.calendar import instant_of
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from tests.plans.conftest import Promise, promise

__all__ = ["Promise", "promise"]
MAKER, LOOKER = AccountId(1), AccountId(2)
CREDITOR = Creditor(
    name="Amnesty & Cie ASBL", creditor_id="BE05ZZZ0418308144", account="BE71096123456769", bic="GKCCBEBB"
)


def noon(day: date) -> datetime:
    """The middle of a day, for whoever has to say when."""
    return instant_of(day, time(12))


def credit(key: str, on: date, cents: int, *references: str, **facts: object) -> Seen:
    """A line of the bank."""
    return Seen(**{"key": key, "booked_on": on, "cents": cents, "references": references, **facts})  # type: ignore[arg-type]


def sent(session: Session, office: Office, collect_on: date, made_on: date) -> Batch:
    """A file that was made, approved by somebody else, and has left."""
    at = noon(made_on)
    batch = service.make(session, office, collect_on, at=at, by=MAKER)
    service.approve(session, office, batch.id, at=at, by=LOOKER)
    service.leave(session, office, batch.id, at=at, by=MAKER)
    return service.batch(session, batch.id)


@pytest.fixture
def office(assembly: Assembly) -> Office:
    """Files of version .08, told a fortnight before."""
    return Office(creditor=CREDITOR, safe=assembly.safe, schema=Schema.V08, notice_days=14)


@pytest.fixture
def ledger(assembly: Assembly) -> Ledger:
    return Ledger(sealer=assembly.sealer, language=Language.FR)
