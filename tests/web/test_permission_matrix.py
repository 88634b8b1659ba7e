"""Every office route, every method, every role, really asked: the answers are those of `permissions.toml`.

A new route or permission needs its line there; what fails says which. The file is written by hand, so that a change of
`crm/staff/rules.py` or of a page's declaration alone can never open a door.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from crm.assembly import Assembly
from crm.staff import rules, sessions, store
from crm.staff.model import Account, Permission, Role
from crm.values.languages import Language
from crm.web.office import guard

DECLARED = tomllib.loads((Path(__file__).parent / "permissions.toml").read_text())
OPEN, THRESHOLD = "open", "threshold"
LEAVING = "/office/sign-out"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")
Answer = tuple[int, str]


@pytest.fixture
def asked(app: Flask, assembly: Assembly) -> Callable[[str, str, frozenset[Role] | None], Answer]:
    """`asked(method, path, roles)`: what somebody with exactly these roles gets (None: nobody), signed in `ago`."""
    known: dict[frozenset[Role], Account] = {}
    _colleague(assembly, frozenset({Role.EDITOR}), "premier@exemple.be")

    def ask(method: str, path: str, roles: frozenset[Role] | None, ago: timedelta = timedelta()) -> Answer:
        client, fields = app.test_client(), {}
        if roles is not None:
            account = known.get(roles) or _colleague(assembly, roles, f"c{len(known)}@exemple.be")
            known[roles] = account
            with assembly.database.transaction() as session:
                signed_in = sessions.open_session(session, account, at=assembly.clock() - ago)
            client.set_cookie(guard.cookie_name(assembly), signed_in.token, secure=True, path="/")
            fields = {"csrf": signed_in.session.csrf}
        return _answer(client, method, path, fields)

    return ask


def _colleague(assembly: Assembly, roles: frozenset[Role], email: str) -> Account:
    """Somebody of the team. The first one is number 1, whom the paths below speak of."""
    with assembly.database.transaction() as session:
        return store.add_account(
            session,
            email=email,
            name="Camille",
            roles=roles,
            language=Language.FR,
            password_hash="",
            at=assembly.clock(),
        )


def _answer(client: FlaskClient, method: str, path: str, fields: Mapping[str, str]) -> Answer:
    data: Any = None if method in ("GET", "HEAD") else fields
    answer = client.open("/", method=method, data=data, environ_overrides={"PATH_INFO": path})
    return answer.status_code, answer.headers.get("Location", "").partition("?")[0]


def _path(rule: str) -> str:
    """A rule with 1 for every number and `x` for every text."""
    parts = ("1" if p.startswith("<int:") else "x" if p.startswith("<") else p for p in rule.split("/"))
    return "/".join(parts)


def _cells() -> Iterator[tuple[str, str, str]]:
    """(method, rule, permission) of every declared route."""
    for route, permission in DECLARED["routes"].items():
        method, _, rule = route.partition(" ")
        yield method, rule, permission


def _verdict(answer: Answer) -> str:
    match answer:
        case (303, "/office/sign-in"):
            return "the door"
        case (403, _):
            return "refused"
        case (404 | 405, _):
            return "not there"
        case (status, _) if status < 500:
            return "let in"
    return "broken"


def test_the_file_says_what_the_pages_and_the_rules_say(app: Flask) -> None:
    pages = {
        f"{method} {rule}": permission.value for (rule, method), permission in guard.route_permissions(app).items()
    }
    assert DECLARED["routes"] == pages
    granted = {p.value: [r.value for r in sorted(Role) if rules.may({r}, p)] for p in Permission}
    assert DECLARED["permissions"] == granted
    assert DECLARED["fresh"] == sorted(f"{method} {rule}" for rule, method in guard.fresh_routes(app))


def test_every_route_answers_every_role_as_declared(asked: Callable[..., Answer]) -> None:
    wrong = []
    people = [frozenset({role}) for role in Role] + [frozenset[Role](), None]
    for method, rule, permission in _cells():
        allowed = set(DECLARED["permissions"].get(permission, ()))
        for roles in people if permission != OPEN else ():
            verdict = _verdict(asked(method, _path(rule), roles))
            expected = {"the door"} if roles is None or permission == THRESHOLD else {"refused"}
            if roles and roles & allowed:
                expected = {"the door"} if rule == LEAVING else {"let in", "not there"}
            if verdict not in expected:
                wrong.append((method, rule, sorted(roles or ()), verdict))
    assert wrong == []


def test_roles_add_up_and_nothing_more(asked: Callable[..., Answer]) -> None:
    both = frozenset({Role.EDITOR, Role.CARE})
    wrong = []
    for method, rule, permission in _cells():
        if permission in (OPEN, THRESHOLD):
            continue
        allowed = DECLARED["permissions"][permission]
        verdict = _verdict(asked(method, _path(rule), both))
        if (verdict == "refused") is bool({"editor", "care"} & set(allowed)):
            wrong.append((method, rule, verdict))
    assert wrong == []


def test_methods_nobody_declared_are_not_there(app: Flask, asked: Callable[..., Answer]) -> None:
    declared = {(method, rule) for method, rule, _ in _cells()}
    wrong = []
    for rule in sorted({rule for _, rule in declared}):
        for method in METHODS:
            reads = method == "HEAD" and ("GET", rule) in declared
            if (method, rule) not in declared and not reads:
                answer = asked(method, _path(rule), frozenset({Role.ADMINISTRATOR}))
                if _verdict(answer) != "not there":
                    wrong.append((method, rule, answer))
    assert wrong == []


def test_sensitive_pages_ask_again_after_ten_minutes_and_the_others_do_not(asked: Callable[..., Answer]) -> None:
    fresh = set(DECLARED["fresh"])
    wrong = []
    for method, rule, permission in _cells():
        if permission in (OPEN, THRESHOLD) or rule.startswith("/office/proof"):
            continue
        roles = frozenset({Role(DECLARED["permissions"][permission][0])})
        answer = asked(method, _path(rule), roles, timedelta(minutes=10))
        if (answer == (303, "/office/proof")) is not (f"{method} {rule}" in fresh):
            wrong.append((method, rule, answer))
    assert wrong == []


@pytest.mark.parametrize(
    "spelt",
    [
        lambda path: path + "/",
        lambda path: path.upper(),
        lambda path: path.replace("/office", "/Office"),
        lambda path: "/" + path,
        lambda path: path.replace("/office", "/office/."),
        lambda path: path + "%2f",
        lambda path: path + ";a=b",
        lambda path: path + "\0",
    ],
    ids=["slash", "upper", "case", "double", "dot", "encoded", "parameter", "nul"],
)
def test_no_other_spelling_of_a_path_opens_it(asked: Callable[..., Answer], spelt: Callable[[str], str]) -> None:
    wrong = []
    for method, rule, permission in _cells():
        path = spelt(_path(rule))
        for roles in (None, frozenset[Role]()) if permission != OPEN else ():
            verdict = _verdict(asked(method, path, roles))
            if verdict not in ("not there", "the door", "refused"):
                wrong.append((method, path, roles, verdict))
    assert wrong == []
