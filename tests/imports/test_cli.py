"""`portevoix imports` as a program and as a colleague see it: tried, stopped, resumed, taken back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from crm.assembly import Assembly
from crm.cli import imports as cli
from crm.imports import applying

FILE = "prénom;email\nMarie;marie@exemple.be\nAna;ana@exemple.be\nLuc;luc@exemple.be\n"


def ran(*words: str) -> Result:
    return CliRunner().invoke(cli.command, list(words))


def told(*words: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(ran(*words, "--json").stdout)
    return found


@pytest.fixture
def fault(
    assembly: Assembly,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> set[int]:
    """The rows that cannot be written, whatever the reason."""
    rows_at_fault = {3}
    really = applying.apply

    def apply(session: Any, addresses: Any, sealer: Any, run: Any, rows: Any, **more: Any) -> None:
        really(session, addresses, sealer, run, rows, **more)
        if rows_at_fault & {row.number for row in rows if row.verdict.value == "create"}:
            raise RuntimeError("a surprise")

    monkeypatch.setattr(applying, "apply", apply)
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    return rows_at_fault


def test_an_import_that_stopped_is_resumed_with_its_row_without_it_or_taken_back(
    fault: set[int], tmp_path: Path
) -> None:
    file = tmp_path / "personnes.csv"
    file.write_text(FILE)
    assert told("check", str(file), "--kind", "people")["state"] == "checked"
    stopped = ran("apply", "1")
    assert (stopped.exit_code, "Arrêtée à la ligne 3" in stopped.stdout) == (1, True)
    assert "`portevoix imports resume 1` la reprend" in stopped.stdout
    again = told("resume", "1")
    assert (again["state"], again["stopped"], again["stopped_at"]) == ("applying", True, 3)
    left = told("resume", "1", "--leave")
    assert (left["state"], left["stopped"], left["counts"]) == ("applied", False, {"create": 2, "error": 1})
    refused = ran("resume", "1")
    assert (refused.exit_code, refused.stderr.count("\n")) == (1, 1)
    assert "n’attend rien de tel" in refused.stderr
    assert told("undo", "1")["state"] == "undone"
    told("check", str(file), "--kind", "people")
    assert told("apply", "2")["stopped"]
    fault.clear()
    assert told("resume", "2")["counts"] == {"create": 3}
