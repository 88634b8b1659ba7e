"""Somebody calls: found in three keystrokes, noted, a promise made, a letter stopped, the hands on the keyboard."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.furnishing import EMAIL, PASSWORD, STAYS, furnish
from tests.browser.house import House


def test_a_call_from_the_first_key_to_the_promise(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    page.goto(f"{house.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tableau de bord")

    page.wait_for_load_state("networkidle")
    page.keyboard.press("Alt+k")
    expect(page.locator("h1")).to_have_text("Guichet")
    page.wait_for_load_state("networkidle")
    page.keyboard.type("tom")
    expect(page.locator("#desk-found")).to_contain_text(STAYS)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tom")
    page.keyboard.press("e")
    page.keyboard.type("Demande un duplicata.")
    page.fill("#promise", "Envoyer le duplicata")
    expect(page.locator("main")).to_contain_text("Enregistré")
    page.reload()
    expect(page.locator("#summary")).to_have_value("Demande un duplicata.")
    page.get_by_role("button", name="Garder l’échange").press("Enter")
    expect(page.get_by_text("L’échange est noté, la promesse aussi.")).to_be_visible()
    expect(page.locator("#promises")).to_contain_text("Envoyer le duplicata")

    page.keyboard.press("s")
    page.get_by_label("La lettre hebdomadaire").press("Space")
    page.get_by_label("par téléphone").press("Space")
    page.get_by_role("button", name="Arrêter ces lettres").press("Enter")
    expect(page.locator("#consent")).to_contain_text("S’est désinscrit·e")

    page.goto(f"{house.url}/office/supporters")
    page.wait_for_load_state("networkidle")
    page.keyboard.press("/")
    page.keyboard.type("tmo@exemple")
    expect(page.locator("#people")).to_contain_text(STAYS)
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Tom")
    expect(page.locator("#main, main")).to_contain_text("Demande un duplicata.")
