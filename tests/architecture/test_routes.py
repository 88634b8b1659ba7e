"""Each office page names what it asks for, and shows nothing to a stranger; no GET changes anything."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from crm.assembly import assemble
from crm.foundation.settings import Settings
from crm.web.app import create_app
from crm.web.office.guard import Door, route_permissions
from tests.architecture.sources import sources

OPEN = {(f"/office/{page}", method) for page in ("sign-in", "forgotten", "key/<token>") for method in ("GET", "POST")}
OPEN |= {("/office/sign-in/passkey", "POST")}
"""Where one signs in, or chooses a password by a link: the only office pages that ask for nothing."""


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    """The whole application; its database is never connected to."""
    assembly = assemble(Settings(home=tmp_path / "home"))
    yield create_app(assembly)
    assembly.database.close()


def test_every_office_route_names_a_permission(app: Flask) -> None:
    permissions = route_permissions(app)
    assert {route for route, permission in permissions.items() if permission is Door.OPEN} == OPEN
    assert len(permissions) > 20


def test_a_stranger_is_shown_the_door(app: Flask) -> None:
    stranger = app.test_client()
    seen = {}
    for rule in app.url_map.iter_rules():
        if not rule.rule.startswith("/office") or (rule.rule, _one(rule.methods)) in OPEN:
            continue
        adapter = app.url_map.bind("localhost")
        path = adapter.build(rule.endpoint, dict.fromkeys(rule.arguments, 1), method=_one(rule.methods))
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = stranger.open(path, method=method)
            seen[method, rule.rule] = answer.status_code, answer.headers.get("Location", "").partition("?")[0]
    assert {value for value in seen.values() if value != (303, "/office/sign-in")} == set()


def test_addresses_are_told_apart(app: Flask) -> None:
    """Staff, supporters and machines come in by different doors: a proxy can close each."""
    tops = {rule.rule.split("/")[1] for rule in app.url_map.iter_rules()}
    public = {"", "inscription", "c", "u", "p", "w", "archives", "static", "theme.css", "favicon.ico", "robots.txt"} | {
        "localites",
        "attestation",
        "merci",
        "mon-espace",
    }
    assert tops - public - {"office", "hooks", "api"} == set()


def test_office_modules_register_through_the_guard_only() -> None:
    past = [
        source.path
        for source in sources("crm/web/office")
        if not source.path.endswith("guard.py") and {"route", "add_url_rule", "post", "get_url"} & set(source.calls)
    ]
    assert past == []


def _one(methods: set[str] | None) -> str:
    return min((methods or set()) - {"HEAD", "OPTIONS"})


def test_every_endpoint_of_the_api_came_through_its_gate(app: Flask) -> None:
    open_to_all = {"/api/v1/docs", "/api/v1/openapi.json"}
    asked = {
        rule.rule: app.view_functions[rule.endpoint].__dict__.get("scope", "past the gate")
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api")
    }
    assert {path for path, scope in asked.items() if scope == "past the gate"} == open_to_all
    assert {path for path, scope in asked.items() if scope is None} == {"/api/v1/status"}
