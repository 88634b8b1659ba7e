"""The pages of the team, of one's own account, and of the log."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.ledgers import service as ledgers
from crm.staff import factors, sessions, store
from crm.staff import service as staff
from crm.staff.model import Role, Visit
from crm.web.office import staff_words, trail_actions, trail_facts
from tests.architecture.sources import sources
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of

NewBrowser = Callable[..., Browser]


def _join(assembly: Assembly, *browsers: Browser) -> None:
    with assembly.database.transaction() as session:
        for someone in browsers:
            store.change_account(session, someone.account.id, joined_at=NOW)


def test_a_session_is_closed_from_ones_own_page_and_only_ones_own(
    app: Flask, assembly: Assembly, browser: NewBrowser
) -> None:
    me, stranger = browser(), browser()
    with assembly.database.transaction() as session:
        visit = Visit(device="Firefox · Windows", origin="192.0.2.7")
        other = sessions.open_session(session, me.account, at=NOW, visit=visit)
        third = sessions.open_session(session, me.account, at=NOW)
    page = me.get("/office/account").text
    assert "Firefox · Windows" in page
    assert "192.0.2.7" in page
    assert stranger.post(f"/office/account/sessions/{other.session.id}/end").status_code == 404
    assert me.post(f"/office/account/sessions/{other.session.id}/end").status_code == 303
    assert me.post("/office/account/sessions/end-others").status_code == 303
    with assembly.database.reading() as session:
        assert len(sessions.sessions_of(session, me.account.id, NOW)) == 1
        assert sessions.session_of(session, third.token, NOW) is None
    assert me.get("/office").status_code == 200
    assert stranger.get("/office").status_code == 200


def test_roles_are_changed_and_the_last_administrator_stays(assembly: Assembly, browser: NewBrowser) -> None:
    chief, other = browser(), browser(Role.CARE)
    _join(assembly, chief, other)
    address = f"/office/team/{other.account.id}"
    assert chief.post(f"{address}/roles", {"roles": ["finance", "nonsense"]}).location == address
    with assembly.database.reading() as session:
        assert staff.account(session, other.account.id).roles == {Role.FINANCE}
    assert chief.post(f"{address}/roles", {"roles": []}).status_code == 422
    mine = f"/office/team/{chief.account.id}"
    assert chief.post(f"{mine}/roles", {"roles": ["editor"]}).status_code == 422
    chief.post(f"{mine}/disable")
    assert chief.get("/office").status_code == 200
    assert chief.get("/office/team/999").status_code == 404


def test_an_account_is_closed_reopened_signed_out_and_freed_of_its_factors(
    assembly: Assembly, browser: NewBrowser
) -> None:
    chief, other = browser(), browser(Role.CARE)
    _join(assembly, chief, other)
    address = f"/office/team/{other.account.id}"
    with assembly.database.transaction() as session:
        factors.new_codes(session, assembly.sealer, other.account, at=NOW)
    chief.post(f"{address}/disable")
    assert other.get("/office").location == "/office/sign-in"
    assert "Fermé" in chief.get(address).text
    chief.post(f"{address}/reopen")
    for act in ("end-sessions", "reset-factors"):
        assert chief.post(f"{address}/{act}").location == address
    for act in ("invite-again", "withdraw"):
        assert chief.post(f"{address}/{act}").location == address
    with assembly.database.reading() as session:
        account = staff.account(session, other.account.id)
        assert (account.is_active, factors.factors_of(session, account.id).recovery_codes) == (True, 0)


def test_the_log_is_narrowed_by_each_condition_and_shows_that_it_is_whole(
    assembly: Assembly, browser: NewBrowser
) -> None:
    officer = browser(Role.DATA_PROTECTION)
    with assembly.database.transaction() as session:
        for account_id, action, subject in (
            (officer.account.id, "edition.approve", "edition"),
            (None, "staff.roles", "account"),
            (officer.account.id, "from.an.older.version", "thing"),
        ):
            facts = {"before": ["editor"], "after": ["finance"]} if action == "staff.roles" else {}
            audit.record(
                session, assembly.sealer, at=NOW, account_id=account_id, action=action, subject=subject, subject_id=3,
                facts=facts,
            )  # fmt: skip
    with assembly.database.transaction() as session:
        ledgers.seal(session, assembly.sealer, audit.LEDGER, at=NOW)

    def said(query: str) -> set[str]:
        body = officer.get(f"/office/log?{query}").text.partition("<tbody>")[2].partition("</tbody>")[0]
        words = {"a approuvé une édition", "a changé des rôles", "from.an.older.version"}
        return {word for word in words if word in body}

    everything = said("")
    assert len(everything) == 3
    assert said("account=house") == {"a changé des rôles"}
    assert said(f"account={officer.account.id}&action=edition.approve") == {"a approuvé une édition"}
    assert said("subject=thing&number=3") == {"from.an.older.version"}
    assert said("since=2026-11-23&until=2026-11-23") == everything
    assert said("since=2026-11-24") == said("until=2026-11-22") == set()
    assert said("since=nonsense&account=%27--&number=²") == everything
    page = officer.get("/office/log").text
    assert "Rédaction" in page
    assert "Lignes chaînées" in page


def test_what_the_log_keeps_as_codes_is_read_as_words(assembly: Assembly, browser: NewBrowser) -> None:
    kept: tuple[tuple[str, dict[str, object]], ...] = (
        ("national-number.kept", {"source": "form"}),
        ("national-number.revealed", {"reason": "attestation"}),
        ("supporter.difference-taken", {"field": "birth_on", "source": "import:7"}),
        ("supporter.own-words", {"fields": ["phone", "first_name"]}),
    )
    with assembly.database.transaction() as session:
        for action, facts in kept:
            audit.record(
                session, assembly.sealer, at=NOW, account_id=None, action=action, subject="person", subject_id=3,
                facts=facts,
            )  # fmt: skip
    shown = words_of(browser(Role.DATA_PROTECTION).get("/office/log").text)
    for said in (
        "source : par formulaire",
        "motif : Établir une attestation fiscale",
        "champ : Date de naissance · source : fichier importé",
        "champs : Téléphone, Prénom",
    ):
        assert said in shown


def test_the_log_goes_on_page_by_page(assembly: Assembly, browser: NewBrowser) -> None:
    officer = browser(Role.DATA_PROTECTION)
    with assembly.database.transaction() as session:
        for number in range(1, 121):
            audit.record(
                session, assembly.sealer, at=NOW, account_id=None, action="edition.send", subject="edition",
                subject_id=number,
            )  # fmt: skip
    seen, address = list[int](), "/office/log"
    while address:
        text = officer.get(address).text
        seen += [int(n) for n in re.findall(r"Édition (\d+)", text.partition("<tbody>")[2])]
        found = re.search(r'href="([^"]+)" rel="next"', text)
        address = found[1].replace("&amp;", "&") if found else ""
    assert seen == list(range(120, 0, -1))


def test_every_action_the_house_records_has_its_words() -> None:
    recorded = set[str]()
    for source in sources("crm", "mailing", "jobs"):
        for wrapper, prefix in _wrappers(source.tree):
            recorded |= {prefix + word for word in _given(source.tree, wrapper)}
    recorded |= {f"staff.{word}" for source in sources("crm/staff") for word in _given(source.tree, "note")}
    desks = {word for source in sources("crm/web/office") for word in _given(source.tree, "note")}
    recorded |= {word for word in desks if re.fullmatch(r"[a-z-]+\.[a-z-]+", word)}
    assert "staff.sign-in" in recorded
    assert "care.log" in recorded
    assert "edition.approve" in recorded
    assert recorded - set(trail_actions.ACTIONS) == set()


def test_every_fact_the_house_records_has_its_word() -> None:
    recorded = set[str]()
    for source in sources("crm", "mailing", "jobs"):
        if {"audit", "note"} & _names(source.tree):
            recorded |= set(_facts(source.tree))
    assert {"rows", "sha256", "fields"} <= recorded
    assert recorded - set(trail_facts.FACTS) == set()


def _names(tree: ast.Module) -> set[str]:
    found = [one for one in ast.walk(tree) if isinstance(one, ast.ImportFrom)]
    return {name.asname or name.name for one in found for name in one.names}


def _facts(tree: ast.Module) -> Iterator[str]:
    """The names of the facts of a file: what is called so, and what `note` gets as such."""
    for one in ast.walk(tree):
        given: list[ast.expr] = []
        if (isinstance(one, ast.keyword) and one.arg == "facts") or (
            isinstance(one, ast.Assign) and any(isinstance(to, ast.Name) and to.id == "facts" for to in one.targets)
        ):
            given = [one.value]
        elif isinstance(one, ast.Call) and getattr(one.func, "id", "") in {"note", "_note"}:
            given = [value for value in one.args if isinstance(value, ast.Dict)]
        for value in given:
            for part in ast.walk(value):
                if isinstance(part, ast.Dict):
                    yield from (str(key.value) for key in part.keys if isinstance(key, ast.Constant))


def _wrappers(tree: ast.Module) -> list[tuple[str, str]]:
    """(function, prefix) of what records an action: `record` itself, and functions that pass `action` on to it."""
    found = [("record", "")]
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef) and "action" in {a.arg for a in function.args.args}:
            for call in ast.walk(function):
                if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "record":
                    [value] = [k.value for k in call.keywords if k.arg == "action"]
                    is_joined = isinstance(value, ast.JoinedStr) and isinstance(value.values[0], ast.Constant)
                    found.append((function.name, str(value.values[0].value) if is_joined else ""))  # type: ignore[attr-defined]
    return found


def _given(tree: ast.Module, name: str) -> set[str]:
    """The words given as `action` to calls of a function: a keyword, or its third or second argument."""
    words = set[str]()
    for call in ast.walk(tree):
        if isinstance(call, ast.Call) and name in (getattr(call.func, "attr", ""), getattr(call.func, "id", "")):
            given = [k.value for k in call.keywords if k.arg == "action"] or [
                a for a in call.args[1:4] if isinstance(a, ast.Constant | ast.IfExp)
            ]
            for value in given:
                options = [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]
                words |= {str(o.value) for o in options if isinstance(o, ast.Constant) and isinstance(o.value, str)}
    return words


@pytest.mark.parametrize("role", list(Role))
def test_every_role_has_its_words_and_a_menu_of_nine_at_most(browser: NewBrowser, role: Role) -> None:
    assert role in staff_words.ROLES
    menu = browser(role).get("/office").text.partition("<nav")[2].partition("</nav>")[0]
    assert 3 <= menu.count("<li>") <= 9


PROTECTED = {
    "/office/clock",
    "/office/feeds",
    "/office/log",
    "/office/policies",
    "/office/privacy",
    "/office/site-form",
}
HOUSE = {"/office/api", "/office/team"} | PROTECTED


def test_the_house_shows_each_role_what_it_may_open(browser: NewBrowser) -> None:
    for role, addresses in (
        (Role.EDITOR, {"/office/clock", "/office/feeds", "/office/site-form"}),
        (Role.DATA_PROTECTION, PROTECTED),
        (Role.ADMINISTRATOR, HOUSE),
    ):
        body = browser(role).get("/office/house").text.partition('<ul class="places">')[2].partition("</ul>")[0]
        assert set(re.findall(r'href="([^"]+)"', body)) == addresses
