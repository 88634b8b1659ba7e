"""A house with an API: purposes, a petition, an event, and programs with tokens."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol

import pytest
from flask import Flask

from crm.actions import service as actions
from crm.actions.model import Call, CallKind, NewCall
from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import ConsentEvent, Purpose
from crm.partners import service as partners
from crm.partners.model import SERVERS_ONLY, NewToken, Scope, Token
from crm.people import service as people
from crm.people.model import Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.web.app import create_app
from tests.conftest import NOW

EVERYTHING = frozenset(Scope) - {Scope.CONFIRMED_CONSENTS}
NOTICE = {"text": "Oui, je veux recevoir la lettre d’information.", "language": "fr"}
CALLS = (
    (CallKind.PETITION, "liberez-nadia"),
    (CallKind.EVENT, "nuit-des-bougies"),
    (CallKind.URGENT_ACTION, "au-12-2026"),
)


class Reply(Protocol):
    """An answer as the tests read it."""

    @property
    def status_code(self) -> int: ...

    @property
    def headers(self) -> Any: ...

    @property
    def text(self) -> str: ...

    @property
    def json(self) -> Any: ...


@dataclass
class Program:
    """A program with a token. `post` and `get` speak JSON."""

    app: Flask
    token: Token
    text: str = field(repr=False)

    def post(self, path: str, body: Any = None, *, key: str = "", **options: Any) -> Reply:
        sent: dict[str, Any] = {"data": body} if isinstance(body, bytes) else {"json": body}
        answer: Reply = self.app.test_client().post(f"/api/v1{path}", headers=self.headers(key), **{**sent, **options})
        return answer

    def get(self, path: str, *, key: str = "", **more: str) -> Reply:
        answer: Reply = self.app.test_client().get(f"/api/v1{path}", headers={**self.headers(key), **more})
        return answer

    def headers(self, key: str = "") -> dict[str, str]:
        return {"Authorization": f"Bearer {self.text}"} | ({"Idempotency-Key": key} if key else {})


@dataclass
class House:
    """One house with a clock that can be turned."""

    assembly: Assembly
    now: datetime = NOW

    def person(self, email: str) -> Person:
        """Whom we know longest at that address."""
        return self.people(email)[0]

    def people(self, email: str) -> tuple[Person, ...]:
        """Everybody at that address."""
        key = self.assembly.addresses.key_of(EmailAddress.parse(email).normal)
        with self.assembly.database.reading() as session:
            return people.people_at(session, key)

    def acts(self, email: str) -> list[ConsentEvent]:
        """What somebody said in the ledger."""
        with self.assembly.database.reading() as session:
            return list(consent.history(session, self.person(email).id))

    def call(self, kind: CallKind) -> Call:
        """The call of that kind."""
        with self.assembly.database.reading() as session:
            found = actions.find_call(session, kind, code=dict(CALLS)[kind])
        assert found is not None
        return found


@pytest.fixture
def house(assembly: Assembly) -> House:
    with assembly.database.transaction() as session:
        for position, code in enumerate(("newsletter", "urgent-actions")):
            put = Purpose(code=code, names={"fr": code}, promises={"fr": "Chaque semaine."}, position=position)
            consent.put_purpose(session, put)
        for kind, code in CALLS:
            actions.put_call(session, NewCall(kind=kind, code=code, title=code, language=Language.FR), at=NOW)
    made = House(assembly)
    made.assembly = replace(assembly, clock=lambda: made.now)
    return made


@pytest.fixture
def app(house: House) -> Flask:
    made = create_app(house.assembly)
    made.config["EVEN_PACE_SECONDS"] = 0
    return made


@pytest.fixture
def program(app: Flask, house: House) -> Callable[..., Program]:
    """`program(Scope.STATUS)`: a program with a new token of those scopes (all but confirmed consents)."""

    def make(*scopes: Scope, origins: tuple[str, ...] = (), expires_at: datetime | None = None) -> Program:
        allowed = EVERYTHING - SERVERS_ONLY if origins else EVERYTHING
        new = NewToken(name="Le site", scopes=frozenset(scopes) or allowed, origins=origins, expires_at=expires_at)
        with house.assembly.database.transaction() as session:
            issued = partners.create(session, house.assembly.sealer, new, by=None, at=house.now)
        return Program(app, issued.token, issued.text)

    return make
