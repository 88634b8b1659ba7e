"""A quarter of the magazine: the rule tried, the list frozen and taken out, a copy back, another that did not come."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta
from typing import Any
from zipfile import ZipFile

import segno
from playwright.sync_api import Page, expect

from crm.magazine import service
from crm.magazine.model import Basis, Subscription
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.languages import Language
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House
from tests.magazine.conftest import HOME, PLAN
from tests.magazine.conftest import furnish as describe


def test_an_issue_goes_from_the_rule_to_the_claim(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    now = house.clock()
    numbers = {}
    with house.assembly.database.transaction() as session:
        issue = describe(session)
        days: dict[str, Any] = {
            name: now.date() + timedelta(days=20 + step)
            for step, name in enumerate(("file_due_on", "drop_on", "home_on"))
        }
        service.change_issue(session, issue.id, replace(PLAN, **days))
        for place, last in enumerate(("Benali", "Mertens", "Diallo", "Haddad")):
            home = replace(HOME, number=str(16 + place % 3))
            new = NewPerson(language=Language.FR, first_name="Léa", last_name=last, address=home)
            person = people.add(session, house.assembly.addresses, new, at=now)
            basis = Basis.EXCHANGE if last == "Diallo" else Basis.PAID
            service.subscribe(session, Subscription(person_id=person.id, basis=basis), by=None, at=now)
            numbers[last] = person.member_number
    page.goto(f"{house.url}/office/magazine/rule")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Échange").uncheck()
    page.get_by_role("button", name="Voir ce que cela change").press("Enter")
    exempt = page.locator("#preview tr", has_text="Exemplaires")
    expect(exempt).to_contain_text("-1")
    page.get_by_label("Pourquoi ce changement").fill("Plus d’échanges")
    page.get_by_role("button", name="Enregistrer cette règle").press("Enter")
    expect(page.locator("main")).to_contain_text("Plus d’échanges")
    page.get_by_role("link", name="Numéros").press("Enter")
    page.get_by_role("link", name="n° 124").press("Enter")
    page.get_by_role("link", name="Dire qui vit ensemble").press("Enter")
    expect(page.locator(".neighbour")).to_be_focused()
    page.keyboard.press("f")
    expect(page.locator(".neighbour")).to_contain_text("un seul exemplaire part")
    page.get_by_role("link", name="n° 124").press("Enter")
    page.get_by_role("link", name="Voir qui le recevra").press("Enter")
    expect(page.locator("main")).to_contain_text("1 exemplaire de moins")
    page.get_by_role("button", name="Figer la liste").press("Enter")
    page.locator("#confirm [data-yes]").press("Enter")
    expect(page.locator("main")).to_contain_text("Tirage principal")
    page.get_by_role("link", name="Tirage principal").press("Enter")
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Emporter 2 adresses").press("Enter")
    with ZipFile(leaving.value.path()) as zipped:
        table = zipped.read("le-fil-124-be-fr-windows1252.csv").decode("windows-1252")
    assert [row.split(";")[6] for row in table.splitlines()[1:]] == ["Benali", "Mertens"]
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto(f"{house.url}/office/magazine/returns/camera")
    page.get_by_label("inconnu·e à cette adresse").check()
    wrapper = io.BytesIO()
    segno.make(f"124/{numbers['Benali']}").save(wrapper, kind="png", scale=8)
    photo: Any = {"name": "enveloppe.png", "mimeType": "image/png", "buffer": wrapper.getvalue()}
    page.get_by_label("Photographier le code").set_input_files(photo)
    expect(page.locator("main")).to_contain_text("Léa Benali")
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(f"{house.url}/office/magazine/returns")
    page.get_by_role("link", name="Léa Benali").press("Enter")
    expect(page.locator("main")).to_contain_text("revenu : inconnu·e")
    page.get_by_label("Ce qui a été dit").fill("Boîte réparée")
    page.get_by_role("button", name="Noter, pour le renvoyer").press("Enter")
    page.goto(f"{house.url}/office/magazine/claims")
    page.get_by_role("button", name="Préparer un renvoi").press("Enter")
    expect(page.locator("main")).to_contain_text("Renvois")
