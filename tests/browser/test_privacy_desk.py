"""Somebody asks what we hold of them and gets it; then asks to be forgotten, and is, on each step of the desk."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

from playwright.sync_api import Browser, expect

from crm.people import service as people
from crm.values.email_address import EmailAddress
from tests.browser.axe import violations
from tests.browser.furnishing import EMAIL, PASSWORD, STAYS, furnish
from tests.browser.house import House


def test_a_request_is_noted_answered_with_the_pack_and_the_person_is_forgotten(house: House, browser: Browser) -> None:
    """A page of its own: a refusal (422) is walked through, and the console tells of it."""
    page = browser.new_context(locale="fr-BE").new_page()
    page.set_default_timeout(15_000)
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    key = house.assembly.addresses.key_of(EmailAddress.parse(STAYS).normal)
    with house.assembly.database.reading() as session:
        [tom] = people.people_at(session, key)
    broken: dict[str, list[str]] = {}

    def look(name: str) -> None:
        broken[name] = violations(page)

    page.goto(f"{house.url}/office/privacy")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Demandes sur les données")
    look("nothing asked")
    page.goto(f"{house.url}/office/supporters/{tom.id}")
    page.get_by_role("link", name="Ses données").click()
    look("noting a request")
    page.get_by_label("Voir ses données").check()
    page.get_by_label("par courrier").check()
    page.get_by_label("Ses mots").fill("Que savez-vous de moi ?")
    page.get_by_role("button", name="Noter la demande").click()
    expect(page.locator("main")).to_contain_text("Que savez-vous de moi ?")
    look("an open request")
    with page.expect_download() as taken:
        page.get_by_role("button", name="Prendre le dossier").click()
    with zipfile.ZipFile(io.BytesIO(Path(taken.value.path()).read_bytes())) as archive:
        names = set(archive.namelist())
        told = json.loads(archive.read("donnees.json"))
    assert {name.rpartition(".")[2] for name in names} == {"pdf", "json"}
    assert STAYS in json.dumps(told)
    page.get_by_label("Ce que vous lui avez dit").fill("Le dossier est parti par courrier.")
    page.get_by_role("button", name="Noter la réponse").click()
    expect(page.locator("h1")).to_have_text("Demandes sur les données")
    expect(page.locator("main")).to_contain_text("Dernières réponses")
    look("answered")

    page.goto(f"{house.url}/office/privacy/of/{tom.id}/new")
    page.get_by_role("link", name="Voir ce qui serait oublié").click()
    expect(page.locator("main")).to_contain_text("On ne revient pas en arrière")
    look("what forgetting would do")
    page.get_by_label("Recopiez son numéro de membre").fill("1")
    page.get_by_role("button", name="Oublier pour de bon").click()
    expect(page.locator(".error-summary, [role=alert]").first).to_be_visible()
    with house.assembly.database.reading() as session:
        assert people.find_survivor(session, tom.id) is not None
    page.get_by_label("Recopiez son numéro de membre").fill(tom.member_number)
    page.get_by_role("button", name="Oublier pour de bon").click()
    expect(page.locator("h1")).to_have_text("Demandes sur les données")
    with house.assembly.database.reading() as session:
        assert people.find_survivor(session, tom.id) is None
    for name in ("origins", "rounds", "retention", "privacy-register", "site-form"):
        page.goto(f"{house.url}/office/{name}")
        look(name)
    assert {name: wrong for name, wrong in broken.items() if wrong} == {}
