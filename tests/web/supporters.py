"""A supporter's browser in a test: the public pages on an assembly whose clock can be turned."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html import unescape
from typing import Any

from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.consent import gate, selects
from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.people.model import Person
from crm.values.email_address import EmailAddress
from crm.web.app import create_app
from mailing.delivery import service as delivery
from mailing.delivery.model import Delivery
from tests.conftest import NOW

PURPOSES = (
    Purpose(
        code="news",
        names={"fr": "Les nouvelles", "nl": "Het nieuws", "en": "The news"},
        promises={"fr": "Chaque semaine, ce qui s’est passé & ce que vous pouvez y faire."},
        position=1,
    ),
    Purpose(
        code="urgent", names={"fr": "Les actions urgentes"}, promises={"fr": "Quand une vie est en jeu."}, position=2
    ),
)


@dataclass
class Clock:
    """An hour that can be turned on."""

    now: datetime = NOW

    def later(self, **span: float) -> None:
        self.now += timedelta(**span)


@dataclass
class Site:
    """The public pages, their clock, and one visitor."""

    assembly: Assembly
    clock: Clock
    client: FlaskClient
    addresses: dict[str, str] = field(default_factory=dict)

    @classmethod
    def open(cls, assembly: Assembly) -> Site:
        """The pages on that assembly, with two newsletters to sign up for."""
        clock = Clock()
        turning = replace(assembly, clock=lambda: clock.now)
        with turning.database.transaction() as session:
            for purpose in PURPOSES:
                consent.put_purpose(session, purpose)
        app = create_app(turning)
        app.config["EVEN_PACE_SECONDS"] = 0
        return cls(turning, clock, app.test_client())

    def fill_in(self, email: str, *purposes: str, seconds: float = 10, **more: Any) -> TestResponse:
        """Opens the form, waits, fills it in, sends it."""
        shown = self.client.get("/inscription?lang=fr").text
        self.clock.later(seconds=seconds)
        typed = {"form": hidden(shown, "form"), "email": email, "purpose": list(purposes), "language": "fr"}
        typed |= {"age": "18+", **more}
        return self.client.post("/inscription?lang=fr", data=typed)

    def letters(self, code: str) -> list[Delivery]:
        """The letters of that kind, oldest first."""
        with self.assembly.database.reading() as session:
            mailing = delivery.find_mailing(session, code=code)
            return list(delivery.deliveries(session, mailing.id, size=1000).deliveries) if mailing else []

    def path(self, letter: Delivery, slot: str = "confirm_url") -> str:
        """The path of a link of a letter."""
        return letter.values[slot].removeprefix(self.assembly.settings.public_url)

    def person(self, email: str) -> Person:
        """Whom we know longest at that address."""
        key = self.assembly.addresses.key_of(EmailAddress.parse(email).normal)
        with self.assembly.database.reading() as session:
            return people.people_at(session, key)[0]

    def subscribe(self, email: str, *purposes: str) -> Person:
        """Signs up, confirms, and lets a day pass."""
        before = len(self.letters("confirm"))
        self.fill_in(email, *purposes)
        self.clock.later(minutes=1)
        self.client.post(self.path(self.letters("confirm")[before]))
        self.clock.later(days=1)
        return self.person(email)

    def link(self, purpose: TokenPurpose, email: str, about: str = "news", delivery_id: int | None = None) -> str:
        """The path of a personal link as it stands in a mail."""
        person = self.person(email)
        letter = {TokenPurpose.UNSUBSCRIBE: "u", TokenPurpose.PREFERENCES: "p", TokenPurpose.WEB_VERSION: "w"}[purpose]
        value = [person.id, person.contact_points[0].id, about, delivery_id]
        return f"/{letter}/{self.assembly.links.sign(purpose, value)}"

    def allowed(self, purpose: str = "news") -> list[str]:
        """The addresses we may write to."""
        with self.assembly.database.reading() as session:
            found = session.execute(selects.allowed(purpose, moment=gate.moment(session, NOW)))
            return sorted(row.address for row in found)


def hidden(page: str, name: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found is not None
    return unescape(found[1])


def words_of(page: str) -> str:
    """What a person reads of a page: no tags, entities resolved, spaces single."""
    body = page.partition("<main")[2].partition("</main>")[0]
    body = re.sub(r"</?(?:b|strong|a)\b[^>]*>", "", body)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())
