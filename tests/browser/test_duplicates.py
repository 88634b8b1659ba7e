"""Two records of one person: found by the clock, compared, merged and separated, the hands on the keyboard."""

from __future__ import annotations

from playwright.sync_api import Locator, Page, expect

from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from jobs import compare_newcomers
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House


def _reach(page: Page, wanted: Locator) -> None:
    """Goes forward by the Tab key until `wanted` has the focus."""
    for _ in range(80):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    raise AssertionError("the Tab key never comes there")


def test_found_merged_separated_and_told_apart_by_keyboard(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    with house.assembly.database.transaction() as session:
        for last in ("Dupont", "Dupond"):
            email = EmailAddress.parse("marie.dupont@exemple.test")
            new = NewPerson(language=Language.FR, first_name="Marie", last_name=last, email=email)
            people.add(session, house.assembly.addresses, new, at=house.clock())
    compare_newcomers.run(house.assembly, house.clock())
    page.goto(f"{house.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tableau de bord")

    page.goto(f"{house.url}/office/duplicates")
    expect(page.locator("main")).to_contain_text("Même adresse e-mail")
    _reach(page, page.get_by_role("link", name="Comparer"))
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Une seule personne ?")
    kept, other = page.locator("input[name=field-last_name]").all()
    expect(kept).to_be_checked()
    _reach(page, kept)
    page.keyboard.press("ArrowRight")
    expect(other).to_be_checked()
    name = other.locator("xpath=following-sibling::span").inner_text()
    _reach(page, page.get_by_role("button", name="Réunir en une seule fiche"))
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chacun·e n’a qu’une fiche")).to_be_visible()
    with house.assembly.database.reading() as session:
        assert [one.full_name for one in people.page(session).people].count(f"Marie {name}") == 1

    undo = page.get_by_role("button", name="Annuler")
    _reach(page, undo)
    page.keyboard.press("Enter")
    expect(undo).to_have_count(0)
    page.goto(f"{house.url}/office/duplicates")
    apart = page.get_by_role("button", name="Pas la même personne")
    _reach(page, apart)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chacun·e n’a qu’une fiche")).to_be_visible()
