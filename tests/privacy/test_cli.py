"""`portevoix privacy` as a program sees it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import select

from crm.assembly import Assembly
from crm.audit.tables import AuditRow
from crm.cli import privacy as cli
from jobs import forget_again
from tests.conftest import NOW
from tests.privacy import canary


def _run(*words: str) -> tuple[int, Any]:
    ran = CliRunner().invoke(cli.command, [*words, "--json"])
    return ran.exit_code, json.loads(ran.stdout)


def test_show_rehearse_forget_and_forget_again(
    assembly: Assembly, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli, "assembly", lambda: assembly)
    she, _, _ = canary.plant(assembly)
    code, waiting = _run("requests")
    assert (code, [(one["person"], one["kind"], one["due_on"]) for one in waiting]) == (
        0,
        [(she, "access", "2026-12-23")],
    )
    code, exported = _run("export", str(she), "--output", str(tmp_path / "dossier"))
    assert (code, exported["person"]) == (0, she)
    pack = json.loads((tmp_path / "dossier" / "donnees.json").read_text())
    assert canary.found_in(json.dumps(pack, ensure_ascii=False).encode()) == {"address", "name", "number"}
    assert (tmp_path / "dossier" / "donnees.json").stat().st_mode & 0o077 == 0

    code, imagined = _run("erase", str(she))
    assert (code, imagined["dry_run"]) == (0, True)
    assert "person" in canary.found_on_disk(assembly)
    code, done = _run("erase", str(she), "--for-good")
    assert (code, done["dry_run"], done["erased"]) == (0, False, imagined["erased"])
    assert canary.found_on_disk(assembly) == {}
    assert _run("erase", str(she), "--for-good")[0] == 1
    assert _run("forget-again") == (0, {"forgotten": []})
    assert forget_again.run(assembly, NOW) == {"forgotten": 0}
    with assembly.database.reading() as session:
        actions = session.scalars(select(AuditRow.action).order_by(AuditRow.id)).all()
    assert actions[-2:] == ["privacy.export", "privacy.erase"]
