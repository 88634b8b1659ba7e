"""The bank desk, the hands on the keyboard: one key gives a line to the person it is from."""

from __future__ import annotations

import io

from playwright.sync_api import Page, expect

from crm.assembly import bank_counter
from crm.banking import bringing
from crm.banking import service as banking
from crm.people import service as people
from crm.people.model import NewPerson
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House


def test_each_line_is_confirmed_with_one_key_and_the_last_opens_a_record(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    with house.assembly.database.transaction() as session:
        for first, last in (("Marie", "Dupont"), ("Ana", "Silva")):
            new = NewPerson(language=Language.FR, first_name=first, last_name=last)
            people.add(session, house.assembly.addresses, new, at=house.clock())
    moves = [
        Move(cents=3000, name="DUPONT MARIE"),
        Move(cents=2500, name="SILVA ANA"),
        Move(cents=100, name="NOUVEAU ZOE"),
    ]
    bringing.bring(bank_counter(house.assembly), io.BytesIO(coda.file(coda.statement(moves))), name="day.cod", by=None)
    page.goto(f"{house.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tableau de bord")

    page.goto(f"{house.url}/office/bank")
    for name, left in (("DUPONT MARIE", 2), ("SILVA ANA", 1)):
        expect(page.locator("#desk-title")).to_contain_text(name)
        expect(page.get_by_role("button", name="C’est bien cette personne")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator(".desk-lines li")).to_have_count(left)
    expect(page.locator("#desk-title")).to_contain_text("NOUVEAU ZOE")
    expect(page.locator("#who")).to_be_focused()
    page.focus("#last_name")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Chaque mouvement a trouvé sa personne")).to_be_visible()
    with house.assembly.database.reading() as session:
        assert banking.counts(session).matched == 3
        assert next(one.full_name for one in people.page(session).people) == "Zoe Nouveau"
