"""The desk where people are told where we have their data from."""

from __future__ import annotations

from collections.abc import Callable

from crm.assembly import Assembly
from crm.staff.model import Role
from mailing.origins import service
from tests.conftest import NOW
from tests.origins.test_telling import SAID, bring
from tests.web.conftest import Browser
from tests.web.supporters import Site

Open = Callable[..., Browser]


def test_the_desk_has_the_list_its_clock_and_the_letters(assembly: Assembly, browser: Open) -> None:
    Site.open(assembly)
    officer = browser(Role.DATA_PROTECTION)
    assert "Tout le monde sait" in officer.get("/office/origins").text
    bring(assembly, "ana", "Recruteur", days=45)
    bring(assembly, "carl", "Recruteur", mail=False, home=True)
    assert "2 personnes doivent savoir" in officer.get("/office/privacy").text
    page = officer.get("/office/origins").text
    assert "en retard de 14 jours" in page
    with assembly.database.reading() as session:
        [one] = service.waiting(session, at=NOW)
    here = f"/office/origins/{one.key}"
    assert "Écrire à 1 personne" in officer.get(here).text.replace("\u202f", " ")
    assert officer.post(f"{here}/mail", {"told_as": " "}).status_code == 422
    assert officer.post(f"{here}/known", {"reason": " "}).status_code == 422
    assert officer.post(f"{here}/mail", {"told_as": SAID}).status_code == 303
    paper = officer.post(f"{here}/letters", {"told_as": SAID})
    assert (paper.content_type, paper.data[:5]) == ("application/pdf", b"%PDF-")
    assert officer.get(here).status_code == 404
    assert browser(Role.CARE).get("/office/origins").status_code == 403
