"""The desk of attestations, from the rules of the year to the paper in a donor's own space and the code on it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest

from crm.assembly import Assembly, press
from crm.attestations import service
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.attestations.conftest import HOME, ORGANISATION, YEAR
from tests.conftest import NOW
from tests.web.conftest import Browser
from tests.web.supporters import Site, hidden
from tests.web.test_public_space import go_in

Open = Callable[..., Browser]
DESK = f"/office/gifts/attestations/{YEAR}"
MARIE = "marie@exemple.be"
SAID = "Ces dons sont définitifs."


@pytest.fixture
def assembly(assembly: Assembly) -> Assembly:
    """That of an institution with a legal name."""
    return replace(assembly, settings=assembly.settings.model_copy(update={"organisation": ORGANISATION}))


def test_a_year_goes_from_its_rules_to_the_paper_in_ones_own_space(assembly: Assembly, browser: Open) -> None:
    with assembly.database.transaction() as session:
        new = NewPerson(language=Language.FR, first_name="Marie", last_name="Dupont", address=HOME)
        marie = people.add(session, assembly.addresses, replace(new, email=EmailAddress.parse(MARIE)), at=NOW).id
        for cents in (5000, 3999):
            given = NewGift(
                person_id=marie if cents == 5000 else people.add(session, assembly.addresses, new, at=NOW).id,
                lines=(NewLine(cents=cents),),
                given_on=date(YEAR, 6, 1),
                movement=Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 1)),
            )
            donations.record(session, assembly.sealer, given, at=NOW)
    first, second = browser(Role.FINANCE), browser(Role.FINANCE)
    form = {
        "threshold": "40,00",
        "rate_percent": "30",
        "due_on": f"{YEAR + 1}-02-28",
        "missing_number": "warn",
        "approved_from_on": f"{YEAR}-01-01",
        "nature_person": "1",
        "nature_enterprise": "2",
    }
    assert "n’est pas connue" in first.get(DESK).text
    assert first.post(f"{DESK}/rules", form | {"due_on": "hier"}).status_code == 422
    assert first.get(f"{DESK}/rules").status_code == 200
    assert first.post(f"{DESK}/rules", form | {"certified_fr": "x" * 301}).status_code == 422
    assert first.post(f"{DESK}/rules", form | {"certified_fr": SAID}).status_code == 303
    decide = "/office/gifts/attestations/rules/1/decide"
    first.post(decide, {"decision": "accept"})
    assert "n’est pas connue" in second.get(DESK).text
    assert SAID in second.get(DESK).text
    first.post(f"{DESK}/rules", form | {"rate_percent": "60", "legal_item": "12", "missing_number": "block"})
    shown = second.get(DESK).text
    for word in ("Réduction d’impôt (%)", ">60<", "Zone 2.045", ">12<", "Pas d’attestation"):
        assert word in shown, word
    second.post("/office/gifts/attestations/rules/2/decide", {"decision": "refuse"})
    second.post(decide, {"decision": "accept"})
    assert "n’est pas connue" not in second.get(DESK).text
    findings = first.get(f"{DESK}/findings").text
    assert ("Moins que le seuil" in findings, "Marie Dupont" in findings) == (True, True)
    refused = first.post(f"{DESK}/lock")
    assert refused.headers["Location"].endswith(DESK)
    assert "Donner les numéros" not in first.get(DESK).text
    again = first.get(f"{DESK}/findings").text  # donrec 17: going back or cancelling lost what one had searched
    assert ("Moins que le seuil" in again, "Marie Dupont" in again) == (True, True)
    first.post(f"{DESK}/check")
    assert "Donner les numéros" in first.get(DESK).text
    first.post(f"{DESK}/lock")
    with assembly.database.reading() as session:
        (run,) = service.runs(session, YEAR)
        (paper,) = service.of_person(session, marie)
    assert (run.count, paper.number) == (1, 1)
    page = press(assembly).said(paper.id).page
    assert (page["certified"], "145³³" in page["legend"]) == (SAID, True)
    left = first.get(DESK).text
    assert ("Un document à faire" in left, "Une fiche à déclarer au plus tard le 28 février 2026" in left) == (
        True,
        True,
    )
    site = Site.open(assembly)
    assert "La prendre (PDF)" not in go_in(site)
    press(assembly).work(run.id)
    space = site.client.get("/mon-espace").text
    assert f'action="/mon-espace/attestation/{YEAR}/1"' in space
    form = {"csrf": hidden(space, "csrf")}
    assert site.client.get(f"/mon-espace/attestation/{YEAR}/1").status_code == 405
    assert site.client.post(f"/mon-espace/attestation/{YEAR}/1").mimetype == "text/html"
    fetched = site.client.post(f"/mon-espace/attestation/{YEAR}/1", data=form)
    assert (fetched.mimetype, fetched.data[:5]) == ("application/pdf", b"%PDF-")
    assert fetched.headers["Content-Disposition"] == f'attachment; filename="attestation-{YEAR}.pdf"'
    assert site.client.post(f"/mon-espace/attestation/{YEAR}/2", data=form).status_code == 404
    stranger = Site.open(assembly).client
    assert stranger.post(f"/mon-espace/attestation/{YEAR}/1", data=form).mimetype == "text/html"
    assert stranger.get("/attestation?lang=fr").status_code == 200
    said = stranger.post("/attestation?lang=fr", data={"code": paper.code.lower()}).text
    assert ("Cette attestation est valable" in said, "Dupont" in said) == (True, False)
    assert first.post(f"{DESK}/number", {"number": "1"}).headers["Location"].endswith(f"{DESK}/1")
    assert "50,00" in first.get(f"{DESK}/1").text
    first.post(f"{DESK}/1/mend", {"deed": "cancel", "reason": "Double"})
    assert "Numéros annulés" in first.get(DESK).text
    assert "a été annulée" in stranger.post("/attestation?lang=fr", data={"code": paper.code}).text
    assert browser(Role.EDITOR).get(DESK).status_code == 403
