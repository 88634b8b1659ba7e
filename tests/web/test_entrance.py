"""The way in: invitations, second factors, forgotten passwords, and showing again who one is."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from html import unescape
from urllib.parse import urlsplit

import pyotp
import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.staff import factors, passkeys, passwords, store
from crm.staff import service as staff
from crm.staff.model import Account, Role
from crm.values.languages import Language
from crm.web.app import create_app
from crm.web.office import entrance
from mailing.delivery.tables import DeliveryRow
from tests.conftest import NOW
from tests.staff.authenticator import Authenticator
from tests.web.conftest import Browser

NewBrowser = Callable[..., Browser]
HTTPS = "https://nouvelles.exemple.test"
PASSWORD = "une phrase que je sais"


@pytest.fixture(autouse=True)
def quick(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    passwords.nobody.cache_clear()
    app.config["EVEN_PACE_SECONDS"] = 0


@pytest.fixture
def account(assembly: Assembly) -> Account:
    with assembly.database.transaction() as session:
        return staff.add_account(
            session, email="luc@exemple.be", name="Luc", roles={Role.FINANCE}, language=Language.FR,
            password=PASSWORD, at=NOW,
        )  # fmt: skip


def _value(answer: TestResponse, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', answer.text)
    assert found is not None, answer.text
    return unescape(found[1])


def _get(client: FlaskClient, address: str) -> TestResponse:
    return client.get(address, base_url=HTTPS)


def _post(client: FlaskClient, address: str, page: TestResponse, **fields: str) -> TestResponse:
    return client.post(address, base_url=HTTPS, data={"csrf": _value(page, "csrf"), **fields})


def _sign_in(client: FlaskClient, email: str = "luc@exemple.be", password: str = PASSWORD, **more: str) -> TestResponse:
    page = _get(client, "/office/sign-in")
    return _post(client, "/office/sign-in", page, email=email, password=password, **more)


def _secret(page: TestResponse) -> pyotp.TOTP:
    found = re.search(r'<code class="secret">([A-Z2-7 ]+)</code>', page.text)
    assert found is not None
    return pyotp.TOTP(found[1].replace(" ", ""))


def _enrolled(client: FlaskClient) -> tuple[pyotp.TOTP, list[str]]:
    assert _sign_in(client).location == "/office/sign-in/enrol"
    page = _get(client, "/office/sign-in/enrol")
    app = _secret(page)
    done = _post(client, "/office/sign-in/enrol/app", page, proposed=_value(page, "proposed"), code=app.at(NOW))
    return app, re.findall(r"<code>([a-z0-9-]{19})</code>", done.text)


def _letter(assembly: Assembly) -> str:
    with assembly.database.reading() as session:
        values = session.scalars(select(DeliveryRow.values).order_by(DeliveryRow.id.desc())).first()
    assert values is not None
    return urlsplit(str(values["confirm_url"])).path


def test_finance_sets_up_an_app_at_the_first_sign_in_and_needs_it_at_the_next(
    app: Flask, assembly: Assembly, client: FlaskClient, account: Account
) -> None:
    assert _sign_in(client).location == "/office/sign-in/enrol"
    assert _get(client, "/office").location == "/office/sign-in"
    assert 'src="data:image/svg+xml' in _get(client, "/office/sign-in/enrol").text
    totp, codes = _enrolled(client)
    assert len(codes) == 10
    assert _get(client, "/office").status_code == 200
    other = app.test_client()
    assert _sign_in(other, next="/office/log").location == "/office/sign-in/factor?next=/office/log"
    page = _get(other, "/office/sign-in/factor?next=/office/log")
    assert _post(other, "/office/sign-in/factor", page, code=totp.at(NOW)).status_code == 422
    entered = _post(other, "/office/sign-in/factor", page, code=codes[0], next="/office/log")
    assert entered.location == "/office/log"
    assert _get(other, "/office").status_code == 200
    with assembly.database.reading() as session:
        assert [e.facts for e in audit.latest(session) if e.action == "staff.sign-in"] == [
            {"by": "password+recovery"},
            {"by": "password+app"},
        ]


def test_the_threshold_lets_nobody_skip_a_step(client: FlaskClient, account: Account) -> None:
    _sign_in(client)
    page = _get(client, "/office/sign-in/enrol")
    assert _get(client, "/office/sign-in/factor").location == "/office/sign-in/enrol"
    assert _post(client, "/office/sign-in/factor", page, code="000000").status_code == 403
    wrong = _post(client, "/office/sign-in/enrol/app", page, proposed=_value(page, "proposed"), code="000000")
    assert wrong.status_code == 422
    assert _secret(wrong).secret == _secret(page).secret
    assert _post(client, "/office/sign-in/enrol/app", page, proposed="nonsense", code="000000").status_code == 422
    assert _post(client, "/office/sign-in/abandon", page).location == "/office/sign-in"
    assert _get(client, "/office/sign-in/enrol").location == "/office/sign-in"


def test_a_passkey_is_made_at_the_threshold_and_opens_by_itself(
    app: Flask, client: FlaskClient, account: Account
) -> None:
    device = Authenticator(origin=HTTPS, host="nouvelles.exemple.test")
    _sign_in(client)
    page = _get(client, "/office/sign-in/enrol")
    asked = re.search(r'data-options="([^"]+)"', page.text)
    assert asked is not None
    fields = {"challenge": _value(page, "challenge"), "answer": device.create(unescape(asked[1]))}
    assert "codes de secours" in _post(client, "/office/sign-in/enrol/passkey", page, **fields).text
    assert _get(client, "/office").status_code == 200

    other = app.test_client()
    page = _get(other, "/office/sign-in")
    asked = re.search(r'data-options="([^"]+)"', page.text)
    assert asked is not None
    fields = {"challenge": _value(page, "challenge"), "answer": device.get(unescape(asked[1]))}
    assert _post(other, "/office/sign-in/passkey", page, **fields).location == "/office"
    assert _post(app.test_client(), "/office/sign-in/passkey", page, **fields).status_code == 403
    other.post("/office/sign-out", base_url=HTTPS, data={"csrf": _value(_get(other, "/office"), "csrf")})
    page = _get(other, "/office/sign-in")
    assert _post(other, "/office/sign-in/passkey", page, **fields).status_code == 422


def test_at_another_address_no_passkey_is_offered(client: FlaskClient) -> None:
    assert "data-passkey=" not in client.get("/office/sign-in", base_url="https://127.0.0.1").text
    assert "data-passkey=" in _get(client, "/office/sign-in").text


def test_an_invited_colleague_comes_in_by_their_letter(
    app: Flask, assembly: Assembly, browser: NewBrowser, client: FlaskClient
) -> None:
    chief = browser()
    fields = {"name": "Nora Peeters", "email": "nora@exemple.be", "language": "nl", "roles": ["care", "editor"]}
    assert chief.post("/office/team/invite", fields).location == "/office/team"
    assert "Invité·e" in chief.get("/office/team").text
    link = _letter(assembly)
    page = _get(client, link)
    assert "Nora Peeters" in page.text
    for wrong in (("court", "court"), (PASSWORD, "une autre phrase")):
        assert _post(client, link, page, password=wrong[0], again=wrong[1]).status_code == 422
    assert _post(client, link, page, password=PASSWORD, again=PASSWORD).location == "/office"
    assert '<html lang="nl"' in _get(client, "/office").text
    spent = _get(app.test_client(), link)
    assert spent.status_code == 410
    assert "Nora" not in spent.text
    assert "Ouvert" in chief.get("/office/team").text


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"email": "pas une adresse"}, "email"), ({"roles": []}, "roles"), ({"name": " "}, "name")],
)
def test_an_invitation_that_lacks_something_says_what(
    browser: NewBrowser, changes: dict[str, object], field: str
) -> None:
    fields = {"name": "Nora", "email": "nora@exemple.be", "roles": ["care"]} | changes
    answer = browser().post("/office/team/invite", fields)
    assert answer.status_code == 422
    assert f'href="#{field}"' in answer.text


def test_a_forgotten_password_gets_the_same_page_whoever_asks(
    app: Flask, assembly: Assembly, client: FlaskClient, account: Account
) -> None:
    pages = []
    for email in ("inconnu@exemple.be", "luc@exemple.be"):
        someone = app.test_client()
        answer = _post(someone, "/office/forgotten", _get(someone, "/office/forgotten"), email=email)
        names = sorted(c.split("=")[0] for c in answer.headers.getlist("Set-Cookie"))
        pages.append((answer.status_code, answer.text, names))
    assert pages[0] == pages[1]
    link = _letter(assembly)
    page = _get(client, link)
    done = _post(client, link, page, password="une phrase toute neuve", again="une phrase toute neuve")
    assert done.location == "/office/sign-in/enrol"
    assert _sign_in(app.test_client()).status_code == 422


def test_a_forgotten_password_takes_as_long_whoever_asks(app: Flask, client: FlaskClient, account: Account) -> None:
    app.config["EVEN_PACE_SECONDS"] = 0.4
    spent = []
    for email in ("inconnu@exemple.be", "luc@exemple.be"):
        page = _get(client, "/office/forgotten")
        started = time.monotonic()
        _post(client, "/office/forgotten", page, email=email)
        spent.append(round((time.monotonic() - started) / 0.4, 1) >= 1)
    assert spent == [True, True]


def test_a_sensitive_page_asks_again_and_leads_back(
    app: Flask, assembly: Assembly, client: FlaskClient, account: Account
) -> None:
    _enrolled(client)
    hour = [NOW]
    moved = create_app(_at(assembly, hour))
    moved.config["EVEN_PACE_SECONDS"] = 0
    late = moved.test_client()
    for cookie in ("__Host-portevoix",):
        found = client.get_cookie(cookie, domain="nouvelles.exemple.test")
        assert found is not None
        late.set_cookie(cookie, found.value, domain="nouvelles.exemple.test", secure=True, path="/")
    assert _get(late, "/office/account/app").status_code == 200
    hour[0] = NOW + timedelta(minutes=11)
    asked = _get(late, "/office/account/app")
    assert asked.location == "/office/proof?next=/office/account/app"
    page = _get(late, asked.location)
    refused = _post(late, "/office/account/recovery-codes", page)
    assert refused.location == "/office/proof?next=/office/account"
    assert _post(late, "/office/proof", page, code="000000").status_code == 422
    with assembly.database.transaction() as session:
        codes = factors.new_codes(session, assembly.sealer, account, at=NOW)
    proved = _post(late, "/office/proof", page, code=codes[0], next=_value(page, "next"))
    assert proved.location == "/office/account/app"
    assert _get(late, "/office/account/app").status_code == 200


def _at(assembly: Assembly, hour: list[datetime]) -> Assembly:
    """The house on a clock that the test moves."""
    return replace(assembly, clock=lambda: hour[0])


def test_without_factors_the_password_is_the_proof(browser: NewBrowser, assembly: Assembly) -> None:
    someone = browser()
    with assembly.database.transaction() as session:
        new_hash = passwords.hashed(PASSWORD)
        store.change_account(session, someone.account.id, password_hash=new_hash, joined_at=NOW)
    assert "Votre mot de passe" in someone.get("/office/proof").text
    assert someone.post("/office/proof", {"password": "faux"}).status_code == 422
    assert someone.post("/office/proof", {"password": PASSWORD, "next": "/office/team"}).location == "/office/team"


def test_proof_leads_nowhere_else(browser: NewBrowser) -> None:
    page = browser().get("/office/proof?next=https://evil.example/office")
    assert "evil.example" not in page.text


def test_the_site_of_passkeys_is_the_one_of_the_settings(app: Flask) -> None:
    with app.test_request_context(base_url=HTTPS):
        assert entrance.site() == passkeys.Site(host="nouvelles.exemple.test", origin=HTTPS, name="Portevoix")
