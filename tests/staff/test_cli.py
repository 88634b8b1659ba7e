"""`portevoix staff` as a program sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.cli import staff as cli
from crm.staff import service as staff


@pytest.fixture(autouse=True)
def house(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)


def _run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def _opens(assembly: Assembly, email: str, password: str) -> bool:
    now = assembly.clock()
    with assembly.database.transaction() as session:
        attempt = staff.begin(session, email=email, at=now, addresses=assembly.addresses)
        right = staff.is_right(attempt, password)
        return staff.conclude(session, assembly.sealer, attempt, is_right=right, at=now) is not None


def test_an_account_is_opened_listed_and_closed(assembly: Assembly, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("une phrase que je sais\n")
    code, made = _run(
        "add", "Sana@exemple.be", "--role", "editor", "--name", "Sana Lambert", "--password-file", str(secret)
    )
    assert (code, made["email"], made["roles"]) == (0, "sana@exemple.be", ["editor"])
    assert "password" not in made
    assert _opens(assembly, "sana@exemple.be", "une phrase que je sais")
    assert [a["name"] for a in _run("list")[1]] == ["Sana Lambert"]
    assert "ouvert" in CliRunner().invoke(cli.command, ["list"]).stdout
    assert _run("disable", "sana@exemple.be")[1]["active"] is False
    assert not _opens(assembly, "sana@exemple.be", "une phrase que je sais")
    with assembly.database.reading() as session:
        assert [e.action for e in audit.latest(session)] == ["staff.disable", "staff.sign-in", "staff.add"]


def test_a_password_nobody_gave_is_drawn_and_said_once(assembly: Assembly) -> None:
    _, made = _run("add", "sana@exemple.be", "--role", "care")
    assert _opens(assembly, "sana@exemple.be", made["password"])
    _, changed = _run("password", "sana@exemple.be")
    assert changed["password"] != made["password"]
    assert not _opens(assembly, "sana@exemple.be", made["password"])
    assert _opens(assembly, "sana@exemple.be", changed["password"])


def test_what_cannot_be_done_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "court").write_text("court")
    for words in (
        ("add", "sana@exemple.be", "--role", "editor", "--password-file", str(tmp_path / "court")),
        ("add", "pas une adresse", "--role", "editor"),
        ("disable", "personne@exemple.be"),
    ):
        ran = CliRunner().invoke(cli.command, words)
        assert ran.exit_code == 1
        assert ran.stderr.startswith("portevoix : ")
        assert ran.stderr.count("\n") == 1


def test_an_empty_house_says_how_to_begin() -> None:
    assert "portevoix staff add" in CliRunner().invoke(cli.command, ["list"]).stdout
