"""A ledger with one purpose, and people to speak about it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW

NEWS = Purpose(
    code="news",
    names={"fr": "Les nouvelles", "en": "The news"},
    promises={"fr": "Chaque semaine, ce qui s’est passé."},
    position=1,
)
URGENT = Purpose(code="urgent", names={"fr": "Urgences"}, promises={"fr": "Quand il faut agir."}, position=2)


@pytest.fixture
def add(assembly: Assembly) -> Callable[..., Person]:
    """Adds a person with that address inside a session; the purposes are there."""

    def add_person(session: Session, email: str, first_name: str = "") -> Person:
        for purpose in (NEWS, URGENT):
            consent.put_purpose(session, purpose)
        new = NewPerson(email=EmailAddress.parse(email), language=Language.FR, first_name=first_name)
        return people.add(session, assembly.addresses, new, at=NOW)

    return add_person
