"""A house with petitions and events, and people who act."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

import pytest
from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.actions.model import Call, CallKind, NewCall, NewRegistration, NewSignature, Registered, Signed
from crm.assembly import Assembly
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from tests.conftest import NOW

_NUMBERS = count(1)


@dataclass
class Square:
    """Where people meet to act."""

    assembly: Assembly

    def call(self, session: Session, kind: CallKind = CallKind.PETITION, **facts: object) -> Call:
        """One more call on the list."""
        number = next(_NUMBERS)
        new = NewCall(kind=kind, code=f"appel-{number}", title=f"Appel {number}", language=Language.FR, **facts)  # type: ignore[arg-type] # by name
        return actions.put_call(session, new, at=NOW)

    def person(self, session: Session, first_name: str = "Marie") -> PersonId:
        """Somebody new."""
        email = EmailAddress.parse(f"p{next(_NUMBERS)}@exemple.be")
        new = NewPerson(email=email, language=Language.FR, first_name=first_name, last_name="Dubois")
        return people.add(session, self.assembly.addresses, new, at=NOW).id

    def sign(self, session: Session, petition: Call, person: PersonId, *, minutes: int = 0, **facts: object) -> Signed:
        """One signature, so many minutes after NOW."""
        at = NOW + timedelta(minutes=minutes)
        new = NewSignature(petition_id=petition.id, person_id=person, signed_at=at, **facts)  # type: ignore[arg-type] # by name
        return actions.sign(session, new, at=at)

    def register(
        self, session: Session, event: Call, person: PersonId, *, seats: int = 1, at: datetime = NOW
    ) -> Registered:
        """One registration."""
        return actions.register(session, NewRegistration(event_id=event.id, person_id=person, at=at, seats=seats))


@pytest.fixture
def square(assembly: Assembly) -> Square:
    return Square(assembly)
