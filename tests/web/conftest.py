"""The office in a test: an application on the assembly, and browsers signed in as each role."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.staff import sessions, store
from crm.staff.model import Account, Role
from crm.values.languages import Language
from crm.web.app import create_app
from crm.web.office import guard

_NUMBERS = itertools.count(1)


@dataclass(frozen=True, kw_only=True)
class Browser:
    """A signed-in browser. `post` adds the session's form token."""

    client: FlaskClient
    account: Account
    csrf: str
    token: str

    def get(self, address: str, **options: Any) -> TestResponse:
        return self.client.get(address, **options)

    def post(self, address: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        return self.client.post(address, data={"csrf": self.csrf, **(data or {})}, **options)


@pytest.fixture
def app(assembly: Assembly) -> Flask:
    made = create_app(assembly)
    made.testing = False
    return made


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser nobody signed in with."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask, assembly: Assembly) -> Callable[..., Browser]:
    """`browser(Role.EDITOR)`: a new account with that role (several, or the administrator's), signed in."""

    def make(*roles: Role, language: Language = Language.FR) -> Browser:
        with assembly.database.transaction() as session:
            account = store.add_account(
                session,
                email=f"personne-{next(_NUMBERS)}@exemple.be",
                name="Camille Dupont",
                roles=roles or {Role.ADMINISTRATOR},
                language=language,
                password_hash="",
                at=assembly.clock(),
            )
            signed_in = sessions.open_session(session, account, at=assembly.clock())
        client = app.test_client()
        client.set_cookie(
            guard.cookie_name(assembly), signed_in.token, secure=assembly.settings.secure_cookies, path="/"
        )
        return Browser(client=client, account=account, csrf=signed_in.session.csrf, token=signed_in.token)

    return make
