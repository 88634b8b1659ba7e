"""The desk of data protection: a request by its last day, the pack, the proof, and forgetting looked at twice."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.consent import service as consent
from crm.people import service as people
from crm.people.model import Person
from crm.privacy import service as privacy
from crm.privacy.model import RequestKind, RequestState, RequestWay
from crm.staff.model import Role
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site

Open = Callable[..., Browser]
MARIE = "marie@exemple.be"


def _open(assembly: Assembly) -> Person:
    return Site.open(assembly).subscribe(MARIE, "news")


def _trail(assembly: Assembly, marie: Person) -> list[str]:
    with assembly.database.reading() as session:
        return [one.action for one in audit.latest(session, subject="person", subject_id=marie.id)]


def test_a_request_is_noted_seen_by_its_last_day_and_answered(assembly: Assembly, browser: Open) -> None:
    marie, officer = _open(assembly), browser(Role.DATA_PROTECTION)
    with assembly.database.transaction() as session:
        privacy.request(
            session,
            person_id=marie.id,
            kind=RequestKind.OBJECTION,
            way=RequestWay.WEB,
            at=NOW - timedelta(days=40),
            words="Assez de lettres",
        )
    asked = f"/office/privacy/of/{marie.id}/new"
    assert officer.post(asked, {"kind": "access"}).status_code == 422
    assert officer.post(asked, {"kind": "access", "way": "letter", "words": "Tout"}).status_code == 303
    page = officer.get("/office/privacy").text
    assert page.index("en retard de 9 jours") < page.index("restent 30 jours")
    with assembly.database.reading() as session:
        late, fresh = privacy.waiting(session)
    here = f"/office/privacy/{late.id}"
    assert "Assez de lettres" in officer.get(here).text
    assert officer.post(f"{here}/answer", {"state": "declined", "outcome": " "}).status_code == 422
    assert officer.post(f"{here}/answer", {"state": "answered", "outcome": "C’est fait."}).status_code == 303
    assert officer.post(f"{here}/answer", {"state": "answered"}).status_code == 303
    assert "C’est fait." in officer.get(here).text
    officer.post(f"/office/privacy/{fresh.id}/answer", {"state": "extend", "outcome": "Beaucoup de pièces"})
    with assembly.database.reading() as session:
        [left] = privacy.waiting(session)
        assert (left.id, left.is_extended) == (fresh.id, True)
    assert officer.get("/office/privacy/99999").status_code == 404
    assert _trail(assembly, marie)[:3] == ["privacy.answer", "privacy.answer", "privacy.request"]
    assert browser(Role.EDITOR).get("/office/privacy").status_code == 403


def test_the_pack_and_the_proof_are_taken_by_post_and_noted(assembly: Assembly, browser: Open) -> None:
    marie, officer = _open(assembly), browser(Role.DATA_PROTECTION)
    whole = officer.post(f"/office/privacy/of/{marie.id}/pack")
    with zipfile.ZipFile(io.BytesIO(whole.data)) as archive:
        assert sorted(archive.namelist()) == ["donnees.json", "donnees.pdf"]
        assert MARIE in archive.read("donnees.json").decode()
        assert archive.read("donnees.pdf")[:5] == b"%PDF-"
    with assembly.database.reading() as session:
        [event_id, *_] = [stands.event_id for stands in consent.standings(session, marie.id)]
    page = officer.post(f"/office/supporters/{marie.id}/proof/{event_id}")
    assert (page.content_type, page.data[:5], page.headers["Cache-Control"]) == (
        "application/pdf",
        b"%PDF-",
        "no-store",
    )
    assert officer.post(f"/office/supporters/{marie.id}/proof/99999").status_code == 404
    assert _trail(assembly, marie)[:2] == ["consent.prove", "privacy.export"]


def test_forgetting_shows_what_it_would_do_and_wants_the_number_by_hand(assembly: Assembly, browser: Open) -> None:
    marie, officer = _open(assembly), browser(Role.DATA_PROTECTION)
    with assembly.database.transaction() as session:
        asked = privacy.request(
            session, person_id=marie.id, kind=RequestKind.ERASURE, way=RequestWay.PHONE, at=NOW, words=MARIE
        )
    here = f"/office/privacy/of/{marie.id}/erase"
    page = officer.get(here).text
    assert "Preuve de ce qui avait été permis" in page
    assert officer.post(here, {"number": "1"}).status_code == 422
    with assembly.database.reading() as session:
        assert people.find_survivor(session, marie.id) is not None
    assert officer.post(here, {"number": f" {marie.member_number} "}).status_code == 303
    with assembly.database.reading() as session:
        assert people.find_survivor(session, marie.id) is None
        closed = privacy.find_request(session, asked.id)
        assert closed is not None
        assert (closed.state, closed.words) == (RequestState.ANSWERED, "")
    assert officer.get(here).status_code == 404
    assert officer.get(f"/office/supporters/{marie.id}").status_code == 404
    assert "personne oubliée" in officer.get("/office/privacy").text
    assert _trail(assembly, marie)[0] == "privacy.erase"


def test_the_register_is_what_the_house_does_on_a_page_and_on_paper(assembly: Assembly, browser: Open) -> None:
    _open(assembly)
    officer = browser(Role.DATA_PROTECTION)
    page = officer.get("/office/privacy-register").text
    assert "Les nouvelles" in page
    assert "24 mois" in page
    for name in ("register", "breach"):
        paper = officer.post(f"/office/privacy-register/{name}.pdf")
        assert (paper.status_code, paper.data[:5]) == (200, b"%PDF-")


def test_data_are_frozen_by_hand_and_used_again_once_the_person_was_told(assembly: Assembly, browser: Open) -> None:
    marie, officer = _open(assembly), browser(Role.DATA_PROTECTION)
    here, page = f"/office/privacy/of/{marie.id}/frozen", f"/office/supporters/{marie.id}"
    tomorrow = (NOW + timedelta(days=1)).date().isoformat()
    assert "Ses données sont gelées" not in officer.get(page).text
    for wrong in ({"day": tomorrow, "reason": "Conteste"}, {"day": "2026-11-01", "reason": " "}, {"day": "hier"}):
        assert officer.post(here, wrong).status_code == 422
    assert officer.post(here, {"day": "2026-11-01", "reason": "Conteste son adresse"}).status_code == 303
    assert "Ses données sont gelées depuis le 1er novembre 2026" in officer.get(page).text
    assert "Conteste son adresse" in officer.get(here).text
    assert "déjà gelées" in officer.post(here, {"day": "2026-11-01", "reason": "Encore"}, follow_redirects=True).text
    assert browser(Role.EDITOR).get(here).status_code == 403
    assert officer.post(f"{here}/lift", {"told": tomorrow, "why": "Corrigé"}).status_code == 422
    assert officer.post(f"{here}/lift", {"told": "2026-11-02", "why": "Corrigé"}).status_code == 303
    assert "Ses données sont gelées" not in officer.get(page).text
    assert "Corrigé" in officer.get(here).text
    assert _trail(assembly, marie)[:2] == ["privacy.unrestrict", "privacy.restrict"]
