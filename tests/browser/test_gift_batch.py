"""A pile of cheques, typed in without a mouse; a donor's record opens beside it and no line is lost."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House


def test_cheques_are_typed_in_and_booked_by_keyboard(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    with house.assembly.database.transaction() as session:
        for last in ("Benali", "Mertens"):
            email = EmailAddress.parse(f"{last.lower()}@exemple.test")
            new = NewPerson(language=Language.FR, first_name="Léa", last_name=last, email=email)
            people.add(session, house.assembly.addresses, new, at=house.clock())
    page.goto(f"{house.url}/office/gifts/batches")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Chèques et espèces")
    page.fill("#count", "2")
    page.fill("#total", "65")
    page.keyboard.press("Enter")
    for who, amount in (("benali", "25"), ("mertens", "40,00")):
        expect(page.locator("#who")).to_be_focused()
        page.wait_for_load_state("networkidle")
        page.keyboard.type(who)
        expect(page.locator("#person-choices")).to_contain_text("Léa")
        with page.context.expect_page() as record:
            page.keyboard.press("Alt+f")
        expect(record.value.locator("h1")).to_contain_text(who.capitalize())
        record.value.close()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Tab")
        expect(page.locator("#amount")).to_be_focused()
        page.keyboard.type(amount)
        page.locator("#postmark_on").fill("2026-11-20")
        page.keyboard.press("Enter")
        expect(page.locator("table")).to_contain_text(who.capitalize())
    page.get_by_role("button", name="Inscrire la pile").press("Enter")
    expect(page.get_by_text("2 dons sont inscrits.")).to_be_visible()
    expect(page.locator("main")).to_contain_text("65,00")
    page.locator("table tbody a").first.press("Enter")
    expect(page.locator("main")).to_contain_text("cachet de la poste")
