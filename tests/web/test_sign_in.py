"""The door of the office: same words for every refusal, new secrets for every session, no way out of the house."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.staff import passwords
from crm.staff import service as staff
from crm.staff.model import Account, Role
from crm.values.languages import Language
from crm.web.app import create_app
from tests.conftest import NOW
from tests.web.conftest import Browser

PASSWORD = "une phrase que je sais"
EMAIL = "sana@exemple.be"
COOKIE = "__Host-portevoix"


@pytest.fixture(autouse=True)
def account(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> Account:
    monkeypatch.setattr(passwords, "_HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    with assembly.database.transaction() as session:
        return staff.add_account(
            session, email=EMAIL, name="Sana", roles={Role.CARE}, language=Language.FR, password=PASSWORD, at=NOW
        )


def _try(client: FlaskClient, email: str = EMAIL, password: str = PASSWORD, **more: str) -> TestResponse:
    page = client.get("/office/sign-in", base_url="https://localhost")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    fields = {"csrf": token[1], "email": email, "password": password, **more}
    return client.post("/office/sign-in", data=fields, base_url="https://localhost")


def test_the_right_password_opens_the_office_with_a_careful_cookie(client: FlaskClient) -> None:
    answer = _try(client)
    assert (answer.status_code, answer.location) == (303, "/office")
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(COOKIE)]
    assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= {part.strip() for part in cookie.split(";")[1:]}
    assert "Domain" not in cookie
    assert client.get("/office", base_url="https://localhost").status_code == 200


def test_for_trials_without_https_the_cookie_has_a_plain_name(assembly: Assembly) -> None:
    plain = replace(assembly, settings=assembly.settings.model_copy(update={"secure_cookies": False}))
    client = create_app(plain).test_client()
    answer = _try(client)
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith("portevoix=")]
    assert "Secure" not in cookie
    assert "HttpOnly" in cookie


def test_a_wrong_password_and_an_unknown_address_get_the_same_page(app: Flask, assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        shut = staff.add_account(
            session,
            email="nora@exemple.be",
            name="Nora",
            roles={Role.CARE},
            language=Language.NL,
            password=PASSWORD,
            at=NOW,
        )
        staff.disable(session, assembly.sealer, shut.id, by=None, at=NOW)
    pages = []
    for email, password in (
        (EMAIL, "une autre phrase"),
        ("inconnu@exemple.be", PASSWORD),
        ("nora@exemple.be", PASSWORD),
    ):
        answer = _try(app.test_client(), email, password)
        assert [c.split("=")[0] for c in answer.headers.getlist("Set-Cookie")] == ["portevoix-form"]
        shown = answer.text.replace(email, "ADDRESS")
        pages.append((answer.status_code, re.sub(r'name="csrf" value="[^"]+"', "", shown)))
    assert pages[0][0] == 422
    assert pages[0] == pages[1] == pages[2]


def test_after_ten_failures_even_the_right_password_gets_that_page(app: Flask) -> None:
    client = app.test_client()
    refusals = {_try(client, password="une autre phrase").status_code for _ in range(10)}
    assert refusals == {422}
    assert _try(client).status_code == 422


def test_a_planted_token_is_not_taken_up(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "planted", secure=True, path="/", domain="localhost")
    answer = _try(client)
    [cookie] = [c for c in answer.headers.getlist("Set-Cookie") if c.startswith(COOKIE)]
    assert "planted" not in cookie
    first = cookie.split(";")[0]
    again = _try(client.application.test_client())
    assert first not in again.headers.getlist("Set-Cookie")


def test_signing_out_ends_the_session_for_a_copy_of_the_cookie_too(app: Flask, browser: Callable[..., Browser]) -> None:
    someone = browser()
    copy = app.test_client()
    copy.set_cookie(COOKIE, someone.token, secure=True, path="/")
    assert copy.get("/office").status_code == 200
    assert someone.post("/office/sign-out").location == "/office/sign-in"
    assert copy.get("/office").location == "/office/sign-in"
    assert someone.get("/office").location == "/office/sign-in"


def test_a_form_made_for_another_browser_is_refused(app: Flask) -> None:
    page = app.test_client().get("/office/sign-in")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None
    other = app.test_client()
    other.get("/office/sign-in", base_url="https://localhost")
    fields = {"csrf": token[1], "email": EMAIL, "password": PASSWORD}
    assert other.post("/office/sign-in", data=fields, base_url="https://localhost").status_code == 403


@pytest.mark.parametrize(
    "wanted",
    [
        "https://evil.example/office",
        "//evil.example/office",
        "/office//evil.example",
        "/\\evil.example",
        "/office\\@evil.example",
        "javascript:alert(1)",
        "/officeevil",
        "/",
        "/office\r\nLocation: https://evil.example",
        "",
    ],
)
def test_signing_in_leads_nowhere_else(client: FlaskClient, wanted: str) -> None:
    assert _try(client, next=wanted).location == "/office"


def test_signing_in_leads_back_to_the_page_one_wanted(client: FlaskClient) -> None:
    asked = client.get("/office/style?step=2", base_url="https://localhost")
    assert asked.location == "/office/sign-in?next=/office/style?step%3D2"
    page = client.get(asked.location, base_url="https://localhost")
    assert 'name="next" value="/office/style?step=2"' in page.text
    assert _try(client, next="/office/style?step=2").location == "/office/style?step=2"


def test_whoever_is_signed_in_already_goes_on(browser: Callable[..., Browser]) -> None:
    assert browser().get("/office/sign-in").location == "/office"


def test_htmx_is_told_to_leave_the_page(client: FlaskClient) -> None:
    answer = client.get("/office", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/office/sign-in")


def test_a_new_password_asks_for_the_old_one_and_ends_the_session(app: Flask, client: FlaskClient) -> None:
    _try(client)
    page = client.get("/office/account/password", base_url="https://localhost")
    token = re.search(r'name="csrf" value="([^"]+)"', page.text)
    assert token is not None

    def change(present: str, new: str, again: str) -> TestResponse:
        fields = {"csrf": token[1], "present": present, "password": new, "again": again}
        return client.post("/office/account/password", data=fields, base_url="https://localhost")

    for wrong in (
        ("faux", "une phrase toute neuve", "une phrase toute neuve"),
        (PASSWORD, "une phrase toute neuve", "une autre phrase neuve"),
        (PASSWORD, "court", "court"),
    ):
        answer = change(*wrong)
        assert answer.status_code == 422
        assert "error-summary" in answer.text
    assert change(PASSWORD, "une phrase toute neuve", "une phrase toute neuve").status_code == 303
    assert client.get("/office", base_url="https://localhost").status_code == 303
    assert _try(app.test_client()).status_code == 422
    assert _try(app.test_client(), password="une phrase toute neuve").status_code == 303


def test_the_office_speaks_the_language_of_the_account(browser: Callable[..., Browser]) -> None:
    someone = browser(language=Language.FR)
    assert '<html lang="fr"' in someone.get("/office").text
    someone.post("/office/account/language", {"language": "en"})
    assert '<html lang="en"' in someone.get("/office").text
    someone.post("/office/account/language", {"language": "de"})
    assert '<html lang="fr"' in someone.get("/office").text
