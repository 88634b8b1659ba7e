"""`portevoix editions` as a program sees it: proposed, approved, sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.cli import editions as cli
from crm.staff.model import Role
from mailing.composition import service as composition
from tests.composition.shelf import account, fill, weekly


@pytest.fixture
def house(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> Assembly:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    with assembly.database.transaction() as session:
        weekly(session)
        fill(session, "La une", "Deuxième", "Troisième")
        account(session)
        account(session, "soin@voix.exemple.be", Role.CARE)
    return assembly


def run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


@pytest.mark.usefixtures("house")
def test_an_edition_goes_its_whole_way() -> None:
    code, (made,) = run("propose")
    assert (code, made["state"], made["number"], made["subject"]) == (0, "draft", 1, "La une")
    assert run("propose") == (0, [])
    number = str(made["id"])
    assert [e["id"] for e in run("list", "--newsletter", "hebdo", "--state", "draft")[1]] == [made["id"]]
    code, shown = run("show", number)
    assert (code, len(shown["blocks"]), shown["findings"]) == (0, 3, [])

    assert run("send", number)[0] == 1
    assert run("approve", number, "--by", "soin@voix.exemple.be")[0] == 1
    assert run("approve", number, "--by", "personne@voix.exemple.be")[0] == 1
    code, approved = run("approve", number, "--by", "redaction@voix.exemple.be")
    assert (code, approved["state"], len(approved["digest"])) == (0, "approved", 64)
    assert run("approve", number, "--by", "redaction@voix.exemple.be")[0] == 1
    code, report = run("send", number)
    assert (code, report["recipients"]) == (0, 0)
    assert run("show", "999")[0] == 1


@pytest.mark.usefixtures("house")
def test_the_next_edition_is_made_up_at_once_where_asked() -> None:
    assert run("propose", "--now")[0] == 1
    code, (first,) = run("propose", "--newsletter", "hebdo", "--now")
    assert (code, first["state"]) == (0, "draft")
    _, (second,) = run("propose", "--newsletter", "hebdo", "--now")
    assert second["due_at"] > first["due_at"]


def test_what_is_not_ready_says_what_to_mend(house: Assembly) -> None:
    _, (made,) = run("propose")
    with house.database.transaction() as session:
        composition.set_words(session, made["id"], revision=0, subject="")
    ran = CliRunner().invoke(cli.command, ["approve", str(made["id"]), "--by", "redaction@voix.exemple.be"])
    assert ran.exit_code == 1
    assert "no-subject" in ran.stderr
