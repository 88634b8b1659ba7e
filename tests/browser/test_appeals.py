"""An appeal with the keyboard: planned, its cells ordered, previewed, frozen, carried off; a gift that answers it."""

from __future__ import annotations

from dataclasses import replace
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from crm.donations import appeals
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.fundraising import exporting
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.identifiers import AppealId
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House
from tests.fundraising.conftest import HOME, half, person, segment
from tests.fundraising.conftest import furnish as let_ask


def test_an_appeal_goes_from_its_cells_to_its_results(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    now = house.clock()
    with house.assembly.database.transaction() as session:
        let_ask(session)
        for number in range(6):
            person(session, house.assembly, f"Donneur{'abcdef'[number]}", address=replace(HOME, number=str(number + 1)))
        segment(session, "Tous les soutiens")
        segment(session, "Un sur deux", half("a"))
        everybody = people.page(session, size=1).total
    page.goto(f"{house.url}/office/appeals/new")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.locator("#campaign").select_option(label="NOEL26 · Noël 2026")
    page.locator("#code").fill("P1")
    page.locator("#name").fill("La lettre de Noël")
    page.locator("#purpose").select_option("giving")
    page.locator("#planned_on").fill(brussels_day(now).isoformat())
    page.locator("#cost").fill("10")
    page.get_by_role("button", name="Enregistrer").press("Enter")
    for place, name in enumerate(("Tous les soutiens", "Un sur deux")):
        page.get_by_role("link", name="Ajouter une cellule").first.press("Enter")
        page.locator("#name").fill(f"Cellule {place}")
        page.locator("#segment_id").select_option(label=name)
        page.get_by_role("button", name="Enregistrer").press("Enter")
        expect(page.locator(".cell")).to_have_count(place + 1)
    page.get_by_role("button", name="Monter").press("Enter")
    expect(page.locator(".cell").first).to_contain_text("Un sur deux")
    page.get_by_role("link", name="Voir qui serait sollicité").press("Enter")
    expect(page.locator("main")).to_contain_text(f"6 personnes sollicitées, sur {everybody} dans les segments")
    expect(page.locator("main")).to_contain_text("pas d’adresse qui porte")
    page.get_by_role("button", name="Figer l’appel").press("Enter")
    page.locator("#confirm [data-yes]").press("Enter")
    page.get_by_label("À qui ce fichier sera remis").fill("Imprimerie du Parc")
    page.get_by_role("button", name="Demander la liste de 6 personnes").press("Enter")
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Emporter").press("Enter")
    with ZipFile(leaving.value.path()) as zipped:
        assert len(zipped.read("noel26-p1-windows1252.csv").decode("windows-1252").splitlines()) == 7
    with house.assembly.database.transaction() as session:
        first = next(exporting.recipients(session, AppealId(1)))
        printed = appeals.printed(session, {first.digits})[first.digits]
        on = now.date()
        new = NewGift(
            person_id=printed.person_id,
            lines=(NewLine(cents=first.asks[0]),),
            given_on=on,
            movement=Movement(method=Method.TRANSFER, booked_on=on),
            source_code=printed.source_code,
        )
        donations.record(session, house.assembly.sealer, new, at=now)
    page.reload()
    expect(page.locator("#results")).to_contain_text("Comptés à")
    page.get_by_role("button", name="Recompter").press("Enter")
    expect(page.locator(".stats")).to_contain_text("16,7 % des lettres")
    expect(page.locator(".stats")).to_contain_text("2,00 €")
    expect(page.locator("#files")).to_contain_text("emporté")
    expect(page.locator("#results")).to_contain_text("Aucune cellule n’a laissé un groupe témoin en paix")
