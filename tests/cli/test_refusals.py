"""A refusal at the command line: one sentence, in French, exit code 1; never a traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from crm.cli.main import main
from tests.sinks import free_port


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PORTEVOIX_HOME", str(tmp_path))
    return tmp_path


def refused(*words: str) -> Result:
    ran = CliRunner().invoke(main, words)
    assert isinstance(ran.exception, SystemExit)
    assert ran.exit_code == 1
    assert ran.stderr.startswith("portevoix : ")
    assert ran.stderr.count("\n") == 1
    return ran


@pytest.mark.usefixtures("home")
def test_a_house_without_its_tables_is_told_how_to_get_them() -> None:
    ran = refused("editions", "list", "--json")
    assert "`portevoix database upgrade`" in ran.stderr
    assert json.loads(ran.stdout)["error"] in ran.stderr


@pytest.mark.usefixtures("home")
def test_a_database_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTEVOIX_DATABASE_URL", f"postgresql://127.0.0.1:{free_port()}/portevoix")
    assert "la base de données ne répond pas" in refused("delivery", "report").stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("editions", "show", "99"), "cette édition n’existe pas"),
        (("editions", "propose", "--newsletter", "nulle-part", "--now"), "cette lettre n’existe pas"),
        (("staff", "disable", "personne@exemple.be"), "aucun compte n’a cette adresse"),
        (("staff", "add", "pas une adresse", "--role", "editor"), "pas une adresse e-mail"),
        (("api", "tokens", "revoke", "nulle-part"), "aucun jeton de ce nom"),
        (("api", "tokens", "create", "x", "--scope", "status", "--origin", "*"), "un site comme https://"),
        (("jobs", "once", "nulle-part"), "cette tâche n’existe pas"),
        (("feeds", "add", "Bizarre", "javascript:alert(1)"), "pas une adresse web"),
        (("feeds", "fetch", "--only", "nulle-part"), "aucun flux ne s’appelle"),
        (("delivery", "report", "--mailing", "nulle-part"), "aucun envoi"),
    ],
)
def test_what_is_not_there_is_said_in_french(home: Path, words: tuple[str, ...], said: str) -> None:
    assert CliRunner().invoke(main, ["database", "upgrade"]).exit_code == 0
    assert said in refused(*words).stderr


def test_settings_that_cannot_be_read_name_the_place(home: Path) -> None:
    (home / "settings.toml").write_text("mail = [")
    assert "settings.toml ne se lit pas" in refused("feeds", "list").stderr
