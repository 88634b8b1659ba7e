"""« Do you still want this? »: tried, proposed, decided by another; looking at the page changes nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.foundation.signing import TokenPurpose
from crm.staff.model import Role
from mailing.rounds import service
from mailing.rounds.model import Reach
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, words_of
from tests.web.whole_database import digest

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"
WISH = {"purpose": "news", "reach": "asleep", "reason": "Chaque année"}
SPANS = {"reader-sleep": 24, "reader-silence": 2}


def test_a_round_is_tried_and_leaves_once_a_second_person_agreed(assembly: Assembly, browser: Open) -> None:
    Site.open(assembly).subscribe(MARIE, "news")
    first, second = browser(Role.DATA_PROTECTION), browser(Role.DATA_PROTECTION)
    here = "/office/rounds"
    tried = words_of(first.post(f"{here}/try", WISH).text)
    assert ("0 personne recevrait la question" in tried, "a donné signe de vie" in tried) == (True, True)
    for name, value in {"purpose": "rien", "reach": "tous", "reason": " "}.items():
        assert first.post(f"{here}/new", {**WISH, name: value}).status_code == 422
    assert first.post(f"{here}/new", WISH).status_code == 303
    with assembly.database.reading() as session:
        [made] = service.rounds(session)
    first.post(f"{here}/{made.id}/decide", {"decision": "approve"})
    assert "Poser la question à 0 personne" in words_of(second.get(here).text)
    second.post(f"{here}/{made.id}/decide", {"decision": "approve"})
    with assembly.database.reading() as session:
        assert service.rounds(session)[0].is_approved
    assert browser(Role.CARE).get(here).status_code == 403


def test_looking_changes_nothing_and_a_button_answers_in_each_language(assembly: Assembly) -> None:
    site = Site.open(assembly)
    marie = site.subscribe(MARIE, "news")
    link = f"{site.link(TokenPurpose.PREFERENCES, MARIE)}/encore"
    assert site.client.get(link).status_code == 404
    later = NOW + timedelta(days=1000)
    site.clock.later(days=1000)
    with assembly.database.transaction() as session:
        made = service.propose(session, "news", Reach.ASLEEP, reason="x", by=None, at=later)
        service.decide(session, assembly.desk, made.id, approve=True, spans=SPANS, by=2, at=later)  # type: ignore[arg-type]
    [sent] = site.letters(f"still-{made.id}")
    link = f"{site.link(TokenPurpose.PREFERENCES, MARIE, delivery_id=sent.id)}/encore"
    assert sent.address == MARIE
    before = digest(assembly)
    for speaks in ("fr", "nl", "de", "en"):
        for look in (site.client.get, site.client.head):
            assert look(f"{link}?lang={speaks}").status_code == 200
    assert site.client.post(link, data={"answer": "x"}).status_code == 200
    assert digest(assembly) == before
    assert "Merci de rester" in site.client.post(f"{link}?lang=fr", data={"answer": "yes"}).text
    with assembly.database.reading() as session:
        last = consent.history(session, marie.id)[-1]
        assert consent.notices(session, [last.notice_id])[last.notice_id].text.startswith("Les nouvelles")  # type: ignore[list-item, index]
    assert "C’est arrêté" in site.client.post(f"{link}?lang=fr", data={"answer": "no"}).text
    assert "C’est arrêté" in site.client.post(f"{link}?lang=fr", data={"answer": "yes"}).text
    assert site.client.get("/p/x/encore").status_code == 404
