"""`portevoix api tokens` as a program sees it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.cli import api as cli
from crm.partners import service as partners
from crm.partners.model import TokenState


@pytest.fixture(autouse=True)
def at_home(assembly: Assembly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)


def _run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, ["tokens", *words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_a_token_is_made_listed_and_revoked(assembly: Assembly) -> None:
    code, made = _run("create", "Site", "--scope", "signatures", "--scope", "status", "--until", "2027-06-30")
    assert (code, made["scopes"], made["expires_at"]) == (0, ["signatures", "status"], "2027-06-30T22:00:00+00:00")
    now = assembly.clock()
    with assembly.database.reading() as session:
        found = partners.recognise(session, made["token"], at=now)
    assert found is not None
    [listed] = _run("list")[1]
    assert (listed["prefix"], listed["state"], "token" in listed) == (made["prefix"], "live", False)
    assert _run("revoke", made["prefix"])[1]["state"] == "revoked"
    with assembly.database.reading() as session:
        [token] = partners.tokens(session)
    assert token.state(now) is TokenState.REVOKED


@pytest.mark.parametrize(
    "words", [("create", "Site", "--scope", "status", "--until", "demain"), ("create", " ", "--scope", "status"),
              ("create", "Site", "--scope", "status", "--until", "2020-01-01"), ("revoke", "personne")],
)  # fmt: skip
def test_what_cannot_be_is_refused_in_one_sentence(assembly: Assembly, words: tuple[str, ...]) -> None:
    code, said = _run(*words)
    assert (code, list(said)) == (1, ["error"])
    with assembly.database.reading() as session:
        assert partners.tokens(session) == ()
