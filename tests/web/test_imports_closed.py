"""A browser closed while a file goes in: the house goes on, and shows the end to whoever comes back."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from crm.assembly import Assembly, import_worker
from crm.imports import store, worker
from crm.imports.model import RunId, RunState
from crm.staff.model import Role
from crm.web.office import imports as pages
from jobs import work_imports
from tests.web.conftest import Browser
from tests.web.test_imports import bring, state, text_of

ROWS = 7


def test_a_browser_closed_during_apply(
    browser: Callable[..., Browser], assembly: Assembly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "BLOCK", 3)
    monkeypatch.setattr(pages, "AT_ONCE", 0)
    care = browser(Role.CARE)
    rows = "".join(f"prenom{i};a{i}@exemple.be\n" for i in range(ROWS))
    bring(care, f"prénom;email\n{rows}".encode())
    care.post("/office/imports/1/check", {"column-first_name": "0", "column-email": "1"})
    work_imports.run(assembly, assembly.clock())
    assert "Vous pouvez fermer cette page" in text_of(care.client.get(care.post("/office/imports/1/apply").location))
    del care  # nobody looks any more, and one block goes in
    with assembly.database.transaction() as session:
        lease = assembly.clock() + worker.LEASE
        run = store.claim(session, now=assembly.clock(), lease_until=lease, run_id=RunId(1))
    assert run is not None
    with assembly.database.transaction() as session:
        assert not import_worker(assembly)._apply_block(session, run)
    # In the middle, from another machine: it says how far it is, and that it goes on.
    colleague = browser(Role.CARE)
    page = text_of(colleague.get("/office/imports/1"))
    assert "En cours" in page
    assert "continue si vous fermez" in page
    assert state(assembly, 1)[0] is RunState.APPLYING
    with assembly.database.transaction() as session:
        store.change_run(session, run.id, lease_until=assembly.clock() - timedelta(seconds=1))
    assert work_imports.run(assembly, assembly.clock()) == {"done": 1}
    # The page that still stood open is told to look again; whoever opens it anew sees the end.
    assert colleague.get("/office/imports/1/progress").headers["HX-Refresh"] == "true"
    page = text_of(browser(Role.CARE).get("/office/imports/1"))
    assert "Importé" in page
    assert state(assembly, 1) == (RunState.APPLIED, {"create": ROWS})
    assert all(f"a{i}@exemple.be" in text_of(colleague.get("/office/supporters")) for i in (0, ROWS - 1))
