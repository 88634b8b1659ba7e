"""Every office route has a permission, every change needs the session's own form, and no way around either."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.assembly import Assembly
from crm.staff import service as staff
from crm.staff.model import Permission, Role
from crm.web.office import guard
from tests.web.conftest import Browser
from tests.web.whole_database import digest

NewBrowser = Callable[..., Browser]


def _address(rule: str) -> str:
    """A rule with 1 for every number and `x` for every text."""
    parts = []
    for part in rule.split("/"):
        match part.strip("<>").split(":")[0] if part.startswith("<") else None:
            case None:
                parts.append(part)
            case "int":
                parts.append("1")
            case _:
                parts.append("x")
    return "/".join(parts)


def _routes(app: Flask) -> Iterator[tuple[str, str, Permission]]:
    for (rule, method), permission in sorted(guard.route_permissions(app).items(), key=lambda item: item[0]):
        if isinstance(permission, Permission):
            yield _address(rule), method, permission


def _is_sent_to_the_door(client: FlaskClient, address: str, method: str) -> bool:
    answer = client.open(address, method=method)
    return answer.status_code == 303 and answer.location.startswith("/office/sign-in")


def test_what_leads_to_the_sign_in_is_open_to_all_and_nothing_else(app: Flask) -> None:
    opened = {key for key, permission in guard.route_permissions(app).items() if permission is guard.Door.OPEN}
    addresses = ("/office/sign-in", "/office/forgotten", "/office/key/<token>")
    both = {(address, method) for address in addresses for method in ("GET", "POST")}
    assert opened == both | {("/office/sign-in/passkey", "POST")}


def test_a_route_registered_past_the_guard_is_found_out(app: Flask) -> None:
    app.add_url_rule("/office/back-door", "back_door", lambda: "hello")
    with pytest.raises(KeyError):
        guard.route_permissions(app)


def test_nobody_and_somebody_who_was_disabled_are_sent_to_the_door(
    app: Flask, assembly: Assembly, client: FlaskClient, browser: NewBrowser
) -> None:
    gone = browser(Role.EDITOR)
    with assembly.database.transaction() as session:
        staff.disable(session, assembly.sealer, gone.account.id, by=None, at=assembly.clock())
    before = digest(assembly)
    for address, method, _ in _routes(app):
        assert _is_sent_to_the_door(client, address, method), (method, address)
        assert _is_sent_to_the_door(gone.client, address, method), (method, address)
    assert digest(assembly) == before


@pytest.mark.parametrize("how", ["no token", "another session's token", "another site", "an empty token"])
def test_nothing_changes_without_the_sessions_own_form(
    app: Flask, assembly: Assembly, browser: NewBrowser, how: str
) -> None:
    someone, other = browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    fields = {
        "no token": {},
        "another session's token": {"csrf": other.csrf},
        "another site": {"csrf": someone.csrf},
        "an empty token": {"csrf": ""},
    }[how]
    headers = {"Sec-Fetch-Site": "cross-site"} if how == "another site" else {}
    before = digest(assembly)
    addresses = [(address, method) for address, method, _ in _routes(app) if method != "GET"]
    assert addresses
    for address, method in addresses:
        answer = someone.client.open(address, method=method, data=fields, headers=headers)
        assert answer.status_code == 403, (method, address)
    assert someone.client.post("/office/sign-in", data=fields, headers=headers).status_code == 403
    assert digest(assembly) == before


def test_the_token_may_come_in_a_header(browser: NewBrowser) -> None:
    someone = browser()
    answer = someone.client.post("/office/account/language", data={"language": "nl"}, headers={"X-CSRF": someone.csrf})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "address",
    [
        "//office",
        "/office//style",
        "/office/style/",
        "/office/../office/style",
        "/Office",
        "/office/./style",
    ],
)
def test_other_spellings_of_an_address_open_nothing(client: FlaskClient, address: str) -> None:
    answer = client.get("/office", environ_overrides={"PATH_INFO": address})
    assert answer.status_code == 404 or answer.headers["Location"].startswith("/office/sign-in")


def test_the_host_header_is_never_repeated(client: FlaskClient, browser: NewBrowser) -> None:
    for someone in (client, browser().client):
        for address in ("/office", "/office/sign-in", "/office/nowhere"):
            answer = someone.get(address, headers={"Host": "evil.example", "X-Forwarded-Host": "evil.example"})
            assert b"evil.example" not in answer.data
            assert "evil.example" not in str(answer.headers)


def test_a_body_that_is_too_large_is_refused_in_words(browser: NewBrowser) -> None:
    someone = browser()
    answer = someone.post("/office/account/language", {"language": "x" * (1024 * 1024 + 1)})
    assert answer.status_code == 413
    assert "trop volumineux" in answer.text
