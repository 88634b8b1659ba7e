"""A desk, three purposes, and ways to do what visitors do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.consent import gate, selects
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.people.model import Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Desk, Reader, SignUp
from mailing.delivery import service as delivery
from mailing.delivery.model import Delivery
from tests.conftest import NOW

WORDS = {
    "news": "Les nouvelles\nChaque semaine, ce qui s’est passé.\nVotre accord, retirable à tout moment.",
    "urgent": "Les urgences\nQuand il faut agir.\nVotre accord, retirable à tout moment.",
}


@dataclass
class House:
    """One house with a clock that can be turned."""

    assembly: Assembly
    now: datetime = NOW

    @property
    def desk(self) -> Desk:
        return self.assembly.desk

    def later(self, **span: float) -> None:
        """Turns the clock on."""
        self.now += timedelta(**span)

    def sign_up(self, email: str, *purposes: str, first_name: str = "", language: Language = Language.FR) -> None:
        """A visitor ticks those purposes."""
        asked = SignUp(
            email=EmailAddress.parse(email),
            first_name=first_name,
            language=language,
            words={purpose: WORDS[purpose] for purpose in purposes},
        )
        with self.assembly.database.transaction() as session:
            correspondence.sign_up(session, self.desk, asked, at=self.now)

    def letters(self, code: str) -> list[Delivery]:
        """The letters of that kind, oldest first."""
        with self.assembly.database.reading() as session:
            mailing = delivery.find_mailing(session, code=code)
            return list(delivery.deliveries(session, mailing.id, size=1000).deliveries) if mailing else []

    def link_value(self, letter: Delivery) -> Any:
        """What the confirmation link of a letter holds."""
        token = letter.values["confirm_url"].rpartition("/")[2]
        value = self.assembly.links.read(TokenPurpose.CONFIRM, token)
        assert value is not None
        return value

    def confirm(self, value: Any, also: tuple[int, ...] = ()) -> tuple[str, ...] | None:
        """Presses the button behind that link; the purposes that are new."""
        with self.assembly.database.transaction() as session:
            new = correspondence.confirm(session, self.desk, value, also=also, language=Language.FR, at=self.now)
        return None if new is None else tuple(purpose.code for purpose in new)

    def person(self, email: str) -> Person:
        """Whom we know longest at that address."""
        key = self.assembly.addresses.key_of(EmailAddress.parse(email).normal)
        with self.assembly.database.reading() as session:
            return people.people_at(session, key)[0]

    def reader(self, email: str, purpose: str = "news") -> Reader:
        """What a link in a mail about that purpose speaks of."""
        person = self.person(email)
        return Reader(person=person, point=person.contact_points[0], purpose=purpose)

    def leave(self, email: str, purpose: str = "news") -> bool:
        """Presses the button of the unsubscribe page."""
        with self.assembly.database.transaction() as session:
            return correspondence.leave(session, self.desk, self.reader(email, purpose), at=self.now)

    def allowed(self, purpose: str = "news") -> list[str]:
        """The addresses we may write to."""
        with self.assembly.database.reading() as session:
            found = session.execute(selects.allowed(purpose, moment=gate.moment(session, self.now)))
            return sorted(row.address for row in found)


@pytest.fixture
def house(assembly: Assembly) -> House:
    with assembly.database.transaction() as session:
        for position, (code, name) in enumerate((("news", "Les nouvelles"), ("urgent", "Les urgences"))):
            promise = WORDS[code].splitlines()[1]
            put = Purpose(code=code, names={"fr": name}, promises={"fr": promise}, position=position)
            consent.put_purpose(session, put)
    return House(assembly)
