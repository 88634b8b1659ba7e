"""Postcode and locality complete each other under the fingers."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House


def test_a_locality_is_chosen_by_keyboard_and_a_postcode_by_pointer(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    page.goto(f"{house.url}/office/sign-in")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.goto(f"{house.url}/office/style")
    postcode, locality = page.locator("#demo-postcode"), page.locator("#demo-locality")
    offered = page.locator(".address-options [role=option]")

    locality.fill("")
    locality.press_sequentially("sint-gi")
    expect(offered.first).to_have_text("1060 Saint-Gilles Sint-Gillis")
    expect(locality).to_have_attribute("aria-expanded", "true")
    locality.press("ArrowDown")
    expect(offered.first).to_have_attribute("aria-selected", "true")
    locality.press("Enter")
    expect(postcode).to_have_value("1060")
    expect(locality).to_have_value("Saint-Gilles")
    expect(page.locator(".address-options")).to_have_count(0)

    postcode.fill("")
    postcode.press_sequentially("105")
    offered.filter(has_text="1050 Ixelles").click()
    expect(postcode).to_have_value("1050")
    expect(locality).to_have_value("Ixelles")

    locality.fill("liè")
    expect(page.locator(".address-options")).to_have_count(1)
    locality.press("Escape")
    expect(page.locator(".address-options")).to_have_count(0)
    expect(locality).to_have_value("liè")

    page.select_option("#demo-country", "FR")
    locality.press_sequentially("ge")
    page.wait_for_timeout(400)
    expect(page.locator(".address-options")).to_have_count(0)
