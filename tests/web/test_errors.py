"""Each kind of error has its status and its words: what happened, what is safe, what to do."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError

from crm.values.errors import Conflict, Invalid, Missing, PortevoixError, Unavailable
from crm.web.errors import PAGES, page
from tests.web.conftest import Browser

KINDS = [
    (Invalid("sana@exemple.be"), 400),
    (Invalid("sana@exemple.be", field="email"), 422),
    (Missing("sana@exemple.be"), 404),
    (Conflict("sana@exemple.be"), 409),
    (Unavailable("sana@exemple.be"), 503),
    (PortevoixError("sana@exemple.be"), 500),
    (OperationalError("select sana", {}, sqlite3.OperationalError("database is locked")), 503),
]


def _raising(app: Flask, address: str, error: Exception) -> None:
    def fail() -> str:
        raise error

    app.add_url_rule(address, address.replace("/", "_"), fail)


@pytest.mark.parametrize(("error", "status"), KINDS, ids=lambda v: type(v).__name__ if isinstance(v, Exception) else v)
@pytest.mark.parametrize("address", ["/office/x-trial", "/x-trial"])
def test_a_page_says_what_happened_what_is_safe_and_what_to_do(
    app: Flask, client: FlaskClient, error: Exception, status: int, address: str
) -> None:
    _raising(app, address, error)
    answer = client.get(address)
    assert answer.status_code == status
    said = PAGES[status]
    shown = answer.text.replace("\u00a0", " ").replace("\u202f", " ")
    assert said.title in shown
    assert said.happened in shown
    assert said.safe in shown
    assert said.todo in shown
    assert "exemple" not in shown


def test_a_page_that_is_not_there_leads_back_to_the_office_and_a_session_that_ended_to_the_door(app: Flask) -> None:
    client = app.test_client()
    assert "Revenir au tableau de bord" in client.get("/office/nothing").text
    with app.test_request_context("/office/nothing"):
        assert "Se connecter" in page(401).get_data(as_text=True)


def test_htmx_gets_a_notice_instead_of_a_page(app: Flask, browser: Callable[..., Browser]) -> None:
    _raising(app, "/office/x-trial", Conflict("no"))
    answer = browser().get("/office/x-trial", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Retarget"]) == (409, "#toasts")
    assert "<html" not in answer.text
    assert "data-notice" in answer.text


def test_machines_get_one_line(app: Flask, client: FlaskClient) -> None:
    _raising(app, "/hooks/x-trial", Unavailable("no"))
    answer = client.get("/hooks/x-trial")
    assert (answer.status_code, answer.mimetype, answer.text.count("\n")) == (503, "text/plain", 1)


def test_a_wrong_method_names_the_right_ones(client: FlaskClient) -> None:
    answer = client.post("/theme.css")
    assert answer.status_code == 405
    assert "GET" in answer.headers["Allow"]
