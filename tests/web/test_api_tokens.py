"""The token page: made here, shown once, shut at once."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.partners import service as partners
from crm.partners.model import Scope
from crm.staff import store
from crm.staff.model import Role
from tests.conftest import NOW
from tests.web.conftest import Browser

FORM = {"name": "Pétitions du site", "scope": ["signatures", "status"], "origins": "", "expires_on": ""}


def test_a_token_is_made_shown_once_used_and_revoked(
    browser: Callable[..., Browser], client: FlaskClient, assembly: Assembly
) -> None:
    someone = browser(Role.ADMINISTRATOR)
    assert "Aucun jeton encore" in someone.get("/office/api").text
    assert " checked" not in someone.get("/office/api/new").text
    made = someone.post("/office/api/new", {**FORM, "origins": "https://www.exemple.be/\n", "expires_on": "2027-12-31"})
    [text] = set(re.findall(r"pv_[0-9a-f]{12}_[\w-]{43}", made.text))
    assert (made.status_code, made.headers["Cache-Control"]) == (200, "no-store")
    with assembly.database.reading() as session:
        [token] = partners.tokens(session)
    assert token.scopes == frozenset({Scope.SIGNATURES, Scope.STATUS})
    assert token.origins == ("https://www.exemple.be",)
    assert str(token.expires_at) == "2027-12-31 23:00:00+00:00"
    headers = {"Authorization": f"Bearer {text}"}
    assert client.get("/api/v1/status", headers=headers).status_code == 200
    listed = someone.get("/office/api").text
    assert text not in listed
    assert f"pv_{token.prefix}_" in listed
    for _ in range(2):
        assert someone.post(f"/office/api/{token.id}/revoke").status_code == 303
    assert client.get("/api/v1/status", headers=headers).status_code == 401
    with assembly.database.reading() as session:
        trail = [entry.action for entry in audit.latest(session, subject="api-token", subject_id=token.id)]
    assert "Créé le " in listed
    assert trail == ["api-token.revoke", "api-token.create"]
    assert someone.post("/office/api/99/revoke").status_code == 404


@pytest.mark.parametrize(
    ("field", "value"),
    [("name", ""), ("name", "x" * 101), ("scope", []), ("origins", "*"), ("origins", "https://a.be/page"),
     ("origins", "exemple.be"), ("expires_on", (NOW - timedelta(days=1)).date().isoformat()), ("expires_on", "demain"),
     *(("together", scope) for scope in ("gifts", "segments", "confirmed-consents"))],
)  # fmt: skip
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    browser: Callable[..., Browser], assembly: Assembly, field: str, value: str
) -> None:
    wrong = {"origins": "https://www.exemple.be", "scope": ["status", value]} if field == "together" else {field: value}
    answer = browser(Role.ADMINISTRATOR).post("/office/api/new", {**FORM, **wrong})
    assert (answer.status_code, "error-summary" in answer.text) == (422, True)
    assert ('value="Pétitions du site"' in answer.text) is (field != "name")
    with assembly.database.reading() as session:
        assert partners.tokens(session) == ()


def test_who_made_a_token_is_shown_and_what_they_leave_behind_is_said(
    browser: Callable[..., Browser], assembly: Assembly
) -> None:
    first, second = browser(Role.ADMINISTRATOR), browser(Role.ADMINISTRATOR)
    with assembly.database.transaction() as session:
        store.change_account(session, first.account.id, joined_at=NOW)
    second.post("/office/api/new", FORM)
    page = f"/office/team/{second.account.id}"
    assert "Pétitions du site" in first.get(page).text
    for change, words in (("roles", "n’administre plus"), ("disable", "compte fermé")):
        done = first.post(f"{page}/{change}", {"roles": ["editor"]})
        assert (done.status_code, done.location) == (303, page)
        assert "Ses jetons d’API valent toujours" in first.get(page).text
        listed = first.get("/office/api").text
        assert second.account.name in listed
        assert words in listed
    with assembly.database.transaction() as session:
        [token] = partners.tokens(session)
        partners.revoke(session, assembly.sealer, token.id, by=None, at=NOW)
    assert "Ses jetons" not in first.get(page).text
