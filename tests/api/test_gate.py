"""The gate: tokens, origins, limits, keys, and bodies that are not what they should be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask

from crm.audit import service as audit
from crm.foundation.settings import Api
from crm.partners import service as partners
from crm.partners import store
from crm.partners.model import SERVERS_ONLY, Issued, Scope
from crm.people import service as people
from crm.web.api import cross_origin
from crm.web.api.reading import LARGEST
from crm.web.app import create_app
from tests.api.conftest import NOTICE, House, Program, Reply
from tests.conftest import NOW

BODY = {"person": {"email": "marie@exemple.be"}}
SITE = "https://www.exemple.be"


def _problem(answer: Reply) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.json["status"] == answer.status_code
    return answer.status_code, answer.json["type"].partition("#")[2]


def _total(house: House) -> int:
    with house.assembly.database.reading() as session:
        return people.page(session).total


def test_only_a_living_token_opens_anything(app: Flask, house: House, program: Callable[..., Program]) -> None:
    caller = program(expires_at=NOW + timedelta(hours=1))
    assert caller.get("/status").json["version"] == "v1"
    for text in ("", "pv_x", caller.text[:-1], caller.text + "a", f"pv_{'0' * 12}_{caller.text[-43:]}", "é"):
        answer = app.test_client().get("/api/v1/status", headers={"Authorization": f"Bearer {text}".encode("latin-1")})
        assert _problem(answer) == (401, "unauthorised")
        assert answer.headers["WWW-Authenticate"] == 'Bearer realm="portevoix"'
    house.now += timedelta(hours=1)
    assert _problem(caller.get("/status")) == (401, "unauthorised")
    other = program()
    with house.assembly.database.transaction() as session:
        partners.revoke(session, house.assembly.sealer, other.token.id, by=None, at=house.now)
    assert _problem(other.get("/status")) == (401, "unauthorised")


def test_the_secret_of_a_token_is_kept_nowhere(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    with house.assembly.database.reading() as session:
        kept = repr(partners.tokens(session)) + repr(audit.latest(session))
    assert caller.text.rpartition("_")[2] not in kept
    assert caller.text not in repr(Issued(token=caller.token, text=caller.text))


def test_a_scope_opens_its_own_door_only(program: Callable[..., Program]) -> None:
    caller = program(Scope.STATUS)
    assert _problem(caller.post("/people", BODY)) == (403, "scope")
    assert caller.get("/petitions/liberez-nadia").status_code == 200
    assert _problem(program(Scope.PEOPLE).get("/petitions/liberez-nadia")) == (403, "scope")


def test_a_token_made_for_pages_in_older_days_no_longer_opens_what_only_servers_may(
    house: House, program: Callable[..., Program]
) -> None:
    caller = program(*Scope)
    with house.assembly.database.transaction() as session:
        store.change_token(session, caller.token.id, origins=[SITE])
    assert caller.get("/status").json["scopes"] == sorted(set(Scope) - SERVERS_ONLY)
    assert _problem(caller.get("/segments/1/people/1")) == (403, "scope")
    assert _problem(caller.post("/gifts", {})) == (403, "scope")
    proof = {"confirmed_at": "2026-11-20T10:00:00+01:00", "method": "link"}
    body = {**BODY, "act": "request", "purpose": "newsletter", "notice": NOTICE, "double_opt_in": proof}
    assert _problem(caller.post("/consents", body)) == (403, "scope")


def test_an_office_cookie_opens_nothing(app: Flask) -> None:
    client = app.test_client()
    client.set_cookie("__Host-portevoix", "x", secure=True, path="/")
    answer = client.get("/api/v1/status", base_url="https://localhost")
    assert _problem(answer) == (401, "unauthorised")
    assert "Set-Cookie" not in answer.headers


def test_the_same_key_is_the_same_request(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    first = caller.post("/people", BODY, key="k-1")
    again = caller.post("/people", json.dumps(BODY, indent=3).encode(), key="k-1", content_type="application/json")
    assert (again.json, again.headers["Idempotency-Replayed"]) == (first.json, "true")
    assert _problem(caller.post("/people", {"person": {"email": "a@exemple.be"}}, key="k-1")) == (422, "key-reused")
    assert program().post("/people", BODY, key="k-1").json["reference"] != first.json["reference"]
    assert caller.get("/requests", key="k-1").json == first.json
    assert caller.get(f"/requests/{first.json['reference']}").json == first.json
    assert _problem(caller.get("/requests", key="k-2")) == (404, "missing")
    assert _problem(caller.get("/requests")) == (422, "invalid")
    assert _problem(program().get(f"/requests/{first.json['reference']}")) == (404, "missing")
    house.now += timedelta(hours=47)
    with house.assembly.database.transaction() as session:
        partners.prune(session, house.now)
    assert caller.post("/people", BODY, key="k-1").json == first.json


@pytest.mark.parametrize("key", ["", "x" * 256, "a b", "é", "\t"])
def test_a_key_that_is_none_is_refused(program: Callable[..., Program], key: str) -> None:
    caller = program()
    headers = {**caller.headers(), "Idempotency-Key": key}
    answer: Reply = caller.app.test_client().post("/api/v1/people", json=BODY, headers=headers)
    assert _problem(answer) == (422, "invalid")
    assert answer.json["errors"][0]["header"] == "Idempotency-Key"


def test_what_is_refused_leaves_its_key_free(program: Callable[..., Program]) -> None:
    caller = program()
    assert _problem(caller.post("/people", {"person": {"email": "x"}}, key="k")) == (422, "invalid")
    assert caller.post("/people", BODY, key="k").status_code == 201


def test_of_two_at_once_with_one_key_one_does_it(house: House, program: Callable[..., Program]) -> None:
    caller, together, found = program(), Barrier(4), []

    def send() -> None:
        together.wait()
        found.append(caller.post("/people", BODY, key="at-once"))

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {answer.status_code for answer in found} == {201}
    assert len({answer.json["reference"] for answer in found}) == 1
    assert sorted("Idempotency-Replayed" in answer.headers for answer in found) == [False, True, True, True]
    assert _total(house) == 1


def test_two_requests_at_once_about_one_address_make_one_person(house: House, program: Callable[..., Program]) -> None:
    caller, together = program(), Barrier(4)

    def send() -> None:
        together.wait()
        assert caller.post("/people", BODY).status_code == 201

    threads = [Thread(target=send) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert _total(house) == 1


def test_too_many_wait_and_all_processes_count_together(house: House, program: Callable[..., Program]) -> None:
    narrow = Api(per_token_per_minute=3, per_address_per_minute=5, guesses_per_minute=2)
    made = replace(house.assembly, settings=house.assembly.settings.model_copy(update={"api": narrow}))
    one, other = create_app(made), create_app(made)
    caller, second = program(), program()

    def status(app: Flask, text: str) -> int:
        return app.test_client().get("/api/v1/status", headers={"Authorization": f"Bearer {text}"}).status_code

    assert [status(app, caller.text) for app in (one, other, one, other)] == [200, 200, 200, 429]
    assert [status(app, second.text) for app in (one, other)] == [200, 429]
    assert [status(one, "wrong") for _ in range(3)] == [401, 401, 429]
    house.now += timedelta(seconds=20)
    answer = one.test_client().get("/api/v1/status", headers=caller.headers())
    assert (_problem(answer), answer.headers["Retry-After"]) == ((429, "limited"), "41")
    house.now += timedelta(seconds=41)
    assert status(one, caller.text) == 200


def test_a_page_of_another_site_is_let_in_by_its_name_only(app: Flask, program: Callable[..., Program]) -> None:
    named, closed = program(origins=(SITE,)), program()
    answer = named.get("/status", Origin=SITE)
    assert answer.headers["Access-Control-Allow-Origin"] == SITE
    assert "Access-Control-Allow-Credentials" not in answer.headers
    for caller, origin in ((closed, SITE), (named, "https://ailleurs.be"), (named, "null"), (named, f"{SITE}.evil.be")):
        refused = caller.get("/status", Origin=origin)
        assert _problem(refused) == (403, "origin")
        assert "Access-Control-Allow-Origin" not in refused.headers


def test_a_preflight_is_answered_for_the_sites_of_living_tokens(
    app: Flask, house: House, program: Callable[..., Program]
) -> None:
    named = program(origins=(SITE,))

    def preflight(origin: str) -> dict[str, str]:
        headers = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = app.test_client().options("/api/v1/people", headers=headers)
        return {name: value for name, value in answer.headers if name.startswith("Access-Control")}

    assert preflight(SITE)["Access-Control-Allow-Headers"] == cross_origin.HEADERS
    assert preflight("https://ailleurs.be") == {}
    with house.assembly.database.transaction() as session:
        partners.revoke(session, house.assembly.sealer, named.token.id, by=None, at=NOW)
    assert preflight(SITE) == {}


NESTED: Any = {"a": {"a": {"a": {"a": {"a": {"a": {"a": {"a": {}}}}}}}}}
BAD = {
    "not json": (b"{", 400, "malformed"),
    "nothing": (b"", 400, "malformed"),
    "not utf-8": (b'{"person": "\xff"}', 400, "malformed"),
    "twice": (b'{"person": {}, "person": {}}', 400, "malformed"),
    "nan": (b'{"person": NaN}', 400, "malformed"),
    "bracket bomb": (b"[" * 60_000, 400, "malformed"),
    "a list": (b"[]", 422, "invalid"),
    "too deep": (json.dumps(NESTED).encode(), 422, "invalid"),
    "nul": (b'{"person": {"email": "a\\u0000@exemple.be"}}', 422, "invalid"),
    "half a character": (b'{"person": {"first_name": "\\ud800"}}', 422, "invalid"),
    "unknown field": (b'{"person": {"email": "a@exemple.be", "iban": "BE"}}', 422, "invalid"),
    "wrong type": (b'{"person": {"email": 3}}', 422, "invalid"),
    "a number as a date": (b'{"person": {"email": "a@exemple.be", "birth_on": 3}}', 422, "invalid"),
    "nobody": (b'{"person": {"first_name": "Marie"}}', 422, "invalid"),
    "a child": (b'{"person": {"email": "a@exemple.be", "birth_on": "2016-01-01"}}', 422, "invalid"),
    "a link as a name": (b'{"person": {"email": "a@exemple.be", "first_name": "http://x"}}', 422, "invalid"),
    "too large": (b" " * (LARGEST + 1), 413, "large"),
    "too large, in chunks": (CHUNKED := b'{"person": {"email": "a@exemple.be"}}' + b" " * LARGEST, 413, "large"),
}


@pytest.mark.parametrize(("body", "status", "kind"), BAD.values(), ids=BAD)
def test_a_bad_body_is_refused_in_one_clear_problem(
    house: House, program: Callable[..., Program], body: bytes, status: int, kind: str
) -> None:
    more: dict[str, Any] = {"environ_overrides": {"wsgi.input_terminated": True, "CONTENT_LENGTH": ""}}
    answer = program().post("/people", body, content_type="application/json", **(more if body is CHUNKED else {}))
    assert _problem(answer) == (status, kind)
    assert _total(house) == 0


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"consents": [{"purpose": "newsletter", "notice": {**NOTICE, "text": " " * 20}}]}, "/consents/0/notice/text"),
        ({"delivery": {"allowed": True, "notice": {**NOTICE, "text": "Oui\u202e, remettez"}}}, "/delivery/notice/text"),
    ],
)
def test_words_that_nobody_can_have_read_are_refused(
    program: Callable[..., Program], more: dict[str, Any], pointer: str
) -> None:
    answer = program().post("/signatures", {"petition": {"code": "liberez-nadia"}, **BODY, **more})
    assert (answer.status_code, answer.json["errors"][0]["pointer"]) == (422, pointer)
    assert "%(" not in answer.text


def test_a_body_must_say_that_it_is_json(program: Callable[..., Program]) -> None:
    caller = program()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin-1", ""):
        assert _problem(caller.post("/people", b"{}", content_type=kind)) == (415, "media")


def test_each_flaw_is_pointed_at_and_the_value_never_told_again(program: Callable[..., Program]) -> None:
    house = {"postcode": "99", "street": "Rue"}
    wrong = {"email": "pas-une-adresse", "phone": "12", "birth_on": "2021-01-01", "address": house}
    answer = program().post("/people", {"person": wrong})
    assert sorted(one["pointer"] for one in answer.json["errors"]) == [
        "/person/address/postcode",
        "/person/birth_on",
        "/person/email",
        "/person/phone",
    ]
    assert "pas-une-adresse" not in answer.text


def test_problems_speak_the_language_that_is_asked(program: Callable[..., Program]) -> None:
    caller = program()
    assert caller.get("/nulle-part").json["title"] == "Introuvable"
    english = caller.get("/petitions/none", **{"Accept-Language": "en-GB,en"})
    assert (english.json["title"], english.headers["Content-Language"]) == ("Not found", "en")


def test_a_path_or_method_that_is_not_there_is_a_problem_too(app: Flask) -> None:
    client = app.test_client()
    assert _problem(client.get("/api/v1/nulle-part")) == (404, "missing")
    answer = client.delete("/api/v1/people")
    assert _problem(answer) == (405, "method")
    assert set(answer.headers["Allow"].split(", ")) == {"OPTIONS", "POST"}


def test_everything_taken_is_written_in_the_trail(house: House, program: Callable[..., Program]) -> None:
    caller = program()
    caller.post("/people", BODY)
    person = house.person("marie@exemple.be")
    with house.assembly.database.reading() as session:
        [entry] = audit.latest(session, subject="person", subject_id=person.id)
    assert (entry.action, entry.account_id, dict(entry.facts)) == ("api.person", None, {"token": caller.token.id})
