"""`portevoix duplicates` as a program and as a colleague see it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.cli import duplicates as cli
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.conftest import NOW


def _run(*words: str) -> Any:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    assert ran.exit_code == 0, ran.output
    return json.loads(ran.stdout)


def test_found_listed_merged_separated_and_refused_in_french(
    assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    with assembly.database.transaction() as session:
        one, other = (
            people.add(
                session,
                assembly.addresses,
                NewPerson(
                    language=Language.FR,
                    first_name="Marie",
                    last_name=last,
                    email=EmailAddress.parse("marie@exemple.be"),
                ),
                at=NOW,
            ).id
            for last in ("Dupont", "Dupond")
        )
    assert _run("find")["new"] == 1
    (pair,) = _run("list")
    assert (pair["one"], pair["other"]) == (one, other)
    assert "Dupon" not in CliRunner().invoke(cli.command, ["list"]).stdout
    merged = _run("merge", str(one), str(other), "--keep", f"last_name={other}")
    assert (merged["survivor"], merged["loser"]) == (one, other)
    with assembly.database.reading() as session:
        assert people.find_person(session, one).last_name == "Dupond"  # type: ignore[union-attr] # it is there
    again = CliRunner().invoke(cli.command, ["merge", str(one), str(other)])
    assert again.exit_code == 1
    assert "déjà réunie à une autre" in again.stderr
    assert _run("unmerge", str(merged["merge"]))["kept"] == 0
    undone = CliRunner().invoke(cli.command, ["unmerge", str(merged["merge"])])
    assert undone.exit_code == 1
    assert "déjà annulée" in undone.stderr
    assert _run("list") == [pair]
    for words, said in (
        (("merge", str(one), str(one)), "elle-même"),
        (("merge", str(one), "999"), "cette fiche n’existe pas"),
        (("merge", str(one), str(other), "--keep", "last_name"), "CHAMP=NUMÉRO"),
        (("unmerge", "999"), "cette réunion n’existe pas"),
    ):
        refused = CliRunner().invoke(cli.command, words)
        assert (refused.exit_code, said in refused.stderr) == (1, True), refused.output
