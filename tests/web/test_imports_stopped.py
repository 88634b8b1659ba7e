"""An import that something unforeseen stops: nothing is half in, the page says where, and a person says what next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from crm.assembly import Assembly
from crm.imports import applying
from crm.imports.model import RunState
from crm.staff.model import Role
from jobs import work_imports
from tests.web.conftest import Browser
from tests.web.test_imports import bring, state, text_of

FILE = "prénom;email\nMarie;marie@exemple.be\nAna;ana@exemple.be\nLuc;luc@exemple.be\nZoé;zoe@exemple.be\n"
COLUMNS = {"column-first_name": "0", "column-email": "1"}


@pytest.fixture
def fault(monkeypatch: pytest.MonkeyPatch) -> set[int]:
    """The rows that cannot be written, whatever the reason."""
    rows_at_fault = {4}
    really = applying.apply

    def apply(session: Any, addresses: Any, sealer: Any, run: Any, rows: Any, **more: Any) -> None:
        really(session, addresses, sealer, run, rows, **more)
        if rows_at_fault & {row.number for row in rows if row.verdict.value == "create"}:
            raise RuntimeError("a surprise")

    monkeypatch.setattr(applying, "apply", apply)
    return rows_at_fault


def stopped(care: Browser, assembly: Assembly, number: int) -> None:
    bring(care, FILE.encode())
    care.post(f"/office/imports/{number}/check", COLUMNS)
    assert care.post(f"/office/imports/{number}/apply").status_code == 303
    assert state(assembly, number)[0] is RunState.APPLYING
    page = text_of(care.get(f"/office/imports/{number}"))
    assert ("L’importation s’est arrêtée" in page, "à la ligne 4" in page) == (True, True)
    people = text_of(care.get("/office/supporters"))
    assert [name in people for name in ("marie@", "ana@", "luc@", "zoe@")] == [True, True, False, False]
    # The clock leaves it alone until somebody has decided.
    assert work_imports.run(assembly, assembly.clock()) == {"done": 0}


def test_a_stopped_import_goes_on_without_the_row_at_fault_or_with_it_or_is_undone(
    browser: Callable[..., Browser], assembly: Assembly, fault: set[int]
) -> None:
    care = browser(Role.CARE)
    stopped(care, assembly, 1)
    care.post("/office/imports/1/resume")
    assert state(assembly, 1)[0] is RunState.APPLYING
    care.post("/office/imports/1/undo")
    assert state(assembly, 1)[0] is RunState.UNDONE
    assert "marie@" not in text_of(care.get("/office/supporters"))
    assert care.post("/office/imports/1/resume").status_code == 409
    stopped(care, assembly, 2)
    care.post("/office/imports/2/resume", {"leave": "1"})
    assert state(assembly, 2) == (RunState.APPLIED, {"create": 3, "error": 1})
    assert "Une erreur inattendue s’est produite à cette ligne" in text_of(care.get("/office/imports/2?show=error"))
    assert ";luc@exemple.be" not in text_of(care.get("/office/supporters"))
    fault.clear()
    care.post("/office/imports/2/undo")
    fault.add(4)
    stopped(care, assembly, 3)
    fault.clear()
    care.post("/office/imports/3/resume")
    assert state(assembly, 3) == (RunState.APPLIED, {"create": 4})
