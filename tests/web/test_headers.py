"""The headers that every response carries, whatever happened."""

from __future__ import annotations

from dataclasses import replace

import pytest
from flask import Flask, Response, make_response
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from crm.assembly import Assembly
from crm.foundation.settings import Egress
from crm.web import security_headers
from crm.web.app import create_app
from tests.web.test_guard import NewBrowser, _address


def _is_armoured(answer: TestResponse) -> bool:
    policy = answer.headers["Content-Security-Policy"]
    return (
        policy.startswith("default-src 'none'")
        and "frame-ancestors" in policy
        and "unsafe-eval" not in policy
        and ("unsafe-inline" not in policy or "sandbox" in policy)
        and answer.headers["X-Content-Type-Options"] == "nosniff"
        and answer.headers["Referrer-Policy"] == "no-referrer"
        and answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
        and answer.headers["Strict-Transport-Security"].startswith("max-age=63072000")
    )


def test_every_route_answers_in_armour(app: Flask, client: FlaskClient, browser: NewBrowser) -> None:
    someone = browser().client
    for rule in app.url_map.iter_rules():
        address = _address(rule.rule)
        for method in sorted(rule.methods or set()):
            for visitor in (client, someone):
                if address == "/office/sign-out":
                    continue
                answer = visitor.open(address, method=method)
                assert _is_armoured(answer), (method, address)
                if address.startswith("/office"):
                    assert answer.headers["Cache-Control"] == "no-store", (method, address)
                answer.close()


@pytest.mark.parametrize("status", [400, 404, 405, 413, 500])
def test_errors_answer_in_armour_and_say_what_is_safe(app: Flask, browser: NewBrowser, status: int) -> None:
    def fail() -> Response:
        if status == 500:
            raise RuntimeError("sana@exemple.be")
        return make_response("", status)

    app.add_url_rule("/office-trial", "trial", fail)
    someone = browser()
    match status:
        case 404:
            answer = someone.get("/office/nowhere")
        case 405:
            answer = someone.client.put("/office")
        case 413:
            answer = someone.post("/office/account/language", {"language": "x" * (1024 * 1024 + 1)})
        case 500:
            answer = someone.get("/office-trial")
        case _:
            answer = someone.get("/office/nowhere%00")
            status = 404
    assert answer.status_code == status
    assert _is_armoured(answer)
    assert "exemple.be" not in answer.text
    assert "Traceback" not in answer.text
    assert "modifié" in answer.text or "annulée en entier" in answer.text


def test_a_500_carries_a_number_that_the_log_knows_and_nothing_personal(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    def fail() -> Response:
        raise RuntimeError("sana@exemple.be")

    app.add_url_rule("/trial", "trial", fail)
    answer = client.get("/trial?email=sana@exemple.be")
    [record] = [r for r in caplog.records if r.name == "portevoix.web"]
    assert record.__dict__["incident"] in answer.text
    assert "exemple" not in record.getMessage()
    assert "exemple" not in str({k: v for k, v in record.__dict__.items() if k != "exc_info" and k != "exc_text"})


def test_without_https_no_promise_of_https_is_made(assembly: Assembly) -> None:
    plain = replace(assembly, settings=assembly.settings.model_copy(update={"public_url": "http://127.0.0.1:8000"}))
    answer = create_app(plain).test_client().get("/office/sign-in")
    assert "Strict-Transport-Security" not in answer.headers


def test_a_mail_shown_in_a_page_brings_its_styles_and_runs_nothing(app: Flask, assembly: Assembly) -> None:
    app.add_url_rule("/mail", "mail", lambda: security_headers.as_mail(make_response("<p>"), assembly.settings))
    answer = app.test_client().get("/mail")
    policy = answer.headers["Content-Security-Policy"]
    assert "style-src 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy


def test_pictures_come_from_https_and_from_the_private_hosts_that_settings_name(assembly: Assembly) -> None:
    named = assembly.settings.model_copy(update={"egress": Egress(allow=("127.0.0.1:8090",))})
    assert "img-src 'self' data: https: http://127.0.0.1:8090;" in security_headers.page_policy(named)


def test_static_files_are_kept_by_their_mark(client: FlaskClient) -> None:
    marked = client.get("/static/office.css?v=1")
    assert marked.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    marked.close()
    plain = client.get("/static/office.css")
    assert plain.headers["Cache-Control"] == "public, max-age=300"
    plain.close()
    assert client.get("/static/../office/layout.html").status_code == 404
    assert client.get("/static/vendor/nothing.css").headers["Cache-Control"] == "no-store"
