"""A member from the first signature to the last: joined, paid, called to vote, gone."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House


def test_a_member_joins_pays_votes_and_resigns(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    with house.assembly.database.transaction() as session:
        new = NewPerson(
            language=Language.FR, first_name="Léa", last_name="Benali", email=EmailAddress.parse("lea@exemple.test")
        )
        lea = people.add(session, house.assembly.addresses, new, at=house.clock())
    page.goto(f"{house.url}/office/supporters/{lea.id}")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Inscrire une adhésion").click()
    page.get_by_role("button", name="Inscrire", exact=True).click()
    expect(page.locator(".stats")).to_contain_text("Attend sa cotisation")
    membership = page.url
    page.goto(f"{house.url}/office/gifts/batches")
    page.fill("#count", "1")
    page.fill("#total", "25")
    page.keyboard.press("Enter")
    page.fill("#who", "benali")
    expect(page.locator("#person-choices")).to_contain_text("Léa")
    page.fill("#amount", "25")
    page.select_option("#kind", "membership-fee")
    page.locator("#amount").press("Enter")
    page.get_by_role("button", name="Inscrire la pile").press("Enter")
    expect(page.get_by_text("Un don est inscrit.")).to_be_visible()
    page.goto(membership)
    expect(page.locator(".stats")).to_contain_text("En règle")
    page.goto(f"{house.url}/office/members/assemblies")
    day = f"{house.clock():%Y-%m-%d}"
    for name, text in (("title", "AG 2027"), ("held_on", "2027-04-17"), ("voters_on", day), ("place", "Namur")):
        page.fill(f"#{name}", text)
    page.get_by_role("button", name="Inscrire", exact=True).click()
    expect(page.locator("main")).to_contain_text("Léa Benali")
    assembly = page.url
    page.goto(membership)
    page.locator("summary", has_text="Terminer l’adhésion").click()
    page.select_option("#reason", "money")
    page.get_by_role("button", name="Terminer", exact=True).click()
    expect(page.locator("main")).to_contain_text("n’en a plus les moyens")
    page.goto(assembly)
    expect(page.locator("main")).not_to_contain_text("Léa Benali")
