"""The numbers by which files leave: proposed by one, decided by another, and they hold from their day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.privacy import limits
from crm.staff.model import Role
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import words_of

Open = Callable[..., Browser]
HERE = "/office/file-limits"
WISH = {"code": "large-file", "value": "200", "from": "2026-11-24", "reason": "Avis de la DPO"}


def test_a_limit_holds_from_its_day_once_a_second_person_agreed(assembly: Assembly, browser: Open) -> None:
    first, second = browser(Role.DATA_PROTECTION), browser(Role.DATA_PROTECTION)
    assert "500 personnes" in words_of(first.get(HERE).text)
    assert first.get(f"{HERE}/new").status_code == 200
    wrongs = {"code": "rien", "value": "0", "from": "demain", "reason": " "}
    for name, value in (*wrongs.items(), ("value", "1000001"), ("value", "½")):
        answer = first.post(f"{HERE}/new", {**WISH, name: value})
        assert (answer.status_code, f'href="#{name}"' in answer.text) == (422, True), (name, value)
    assert first.post(f"{HERE}/new", WISH).status_code == 303
    first.post(f"{HERE}/1/decide", {"decision": "approve"})
    assert "une autre personne doit en décider" in first.get(HERE).text
    assert _values(assembly) == [500, 500]
    assert "Approuver" in second.get(HERE).text
    second.post(f"{HERE}/1/decide", {"decision": "approve"})
    second.post(f"{HERE}/1/decide", {"decision": "refuse"})
    assert "Quelqu’un en a déjà décidé" in second.get(HERE).text
    assert _values(assembly) == [500, 200]
    first.post(f"{HERE}/new", WISH | {"value": "1"})
    second.post(f"{HERE}/2/decide", {"decision": "refuse"})
    assert _values(assembly) == [500, 200]
    with assembly.database.reading() as session:
        trail = [entry.action for entry in audit.latest(session, subject="limit", subject_id=1)]
    assert trail == ["privacy.limit-approve", "privacy.limit"]
    assert browser(Role.EDITOR).get(HERE).status_code == 403


def _values(assembly: Assembly) -> list[int]:
    days = NOW.date(), date(2026, 11, 24)
    with assembly.database.reading() as session:
        return [limits.value(session, limits.LARGE_FILE, day) for day in days]
