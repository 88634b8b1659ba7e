"""How long things are kept: proposed by one, tried, decided by another."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import update

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.privacy import service as privacy
from crm.privacy import terms
from crm.privacy.model import RequestKind, RequestState, RequestWay
from crm.privacy.tables import RightsRequestRow
from crm.staff.model import Role
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site

Open = Callable[..., Browser]
HERE = "/office/retention"
WISH = {"code": "requests", "months": "12", "from": "2026-11-23", "reason": "Avis de la DPO"}


def _months(assembly: Assembly) -> int:
    with assembly.database.reading() as session:
        found = terms.holding(session, assembly.keepers, NOW.date())
    return next(one.months for one in found if one.term.code == "requests")


def test_a_term_is_tried_and_holds_once_a_second_person_agreed(assembly: Assembly, browser: Open) -> None:
    marie = Site.open(assembly).subscribe("marie@exemple.be", "news")
    with assembly.database.transaction() as session:
        asked = privacy.request(
            session, person_id=marie.id, kind=RequestKind.ACCESS, way=RequestWay.WEB, at=NOW - timedelta(days=900)
        )
        privacy.close(session, asked.id, state=RequestState.ANSWERED, outcome="", by=None, at=NOW)
        session.execute(update(RightsRequestRow).values(closed_at=NOW - timedelta(days=800)))
    first, second = browser(Role.DATA_PROTECTION), browser(Role.DATA_PROTECTION)
    for name, value in {"code": "rien", "months": "0", "from": "demain", "reason": " "}.items():
        answer = first.post(f"{HERE}/new", {**WISH, name: value})
        assert (answer.status_code, f'href="#{name}"' in answer.text) == (422, True)
    assert first.post(f"{HERE}/new", WISH).status_code == 303
    with assembly.database.reading() as session:
        [proposed] = terms.proposals(session, assembly.keepers)

    tried = first.post(f"{HERE}/try", {}).text
    assert "1 ligne partirait" in tried
    assert first.post(f"{HERE}/try", {}).text.count("1 ligne partirait") == 1
    first.post(f"{HERE}/{proposed.id}/decide", {"decision": "approve"})
    assert _months(assembly) == 36
    assert "Approuver" in second.get(HERE).text
    second.post(f"{HERE}/{proposed.id}/decide", {"decision": "approve"})
    second.post(f"{HERE}/{proposed.id}/decide", {"decision": "refuse"})
    assert _months(assembly) == 12
    with assembly.database.reading() as session:
        trail = [entry.action for entry in audit.latest(session, subject="term", subject_id=proposed.id)]
        assert privacy.find_request(session, asked.id) is not None
    assert trail == ["privacy.term-approve", "privacy.term"]
    assert browser(Role.EDITOR).get(HERE).status_code == 403
