"""A year of attestations as finance and a donor live it: the number asked and given, numbered, handed over, fetched."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import date, timedelta

import pyotp
from playwright.sync_api import Browser, Page, expect

from crm.attestations import service as attestations
from crm.attestations.rules import by_default
from crm.donations import service as donations
from crm.donations.model import Method, Movement, NewGift, NewLine
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.email_address import EmailAddress
from crm.values.identifiers import AccountId
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House, wait_for

YEAR, MARIE, FINANCE = 2025, "marie@exemple.test", "ines@exemple.test"
HOME = PostalAddress.parse(street="Rue Haute", number="1", postcode="4000", locality="Liège")


def prepared(house: House) -> None:
    """A donor without a number, and rules that two people agreed on."""
    now = house.clock()
    with house.assembly.database.transaction() as session:
        money = {Role.FINANCE}
        staff.add_account(
            session, email=FINANCE, name="Ines", roles=money, language=Language.FR, password=PASSWORD, at=now
        )
        rules = replace(by_default(YEAR), approved_from_on=date(YEAR, 1, 1))
        proposed = attestations.propose_rules(session, rules, at=now, by=AccountId(8))
        attestations.decide_rules(session, proposed.id, accepts=True, at=now, by=AccountId(9))
        new = NewPerson(
            language=Language.FR, first_name="Marie", last_name="Dupont", email=EmailAddress.parse(MARIE), address=HOME
        )
        marie = people.add(session, house.assembly.addresses, new, at=now).id
        movement = Movement(method=Method.TRANSFER, booked_on=date(YEAR, 6, 1))
        gift = NewGift(person_id=marie, lines=(NewLine(cents=12000),), given_on=date(YEAR, 6, 1), movement=movement)
        donations.record(session, house.assembly.sealer, gift, at=now)


def link_in(house: House, about: str, path: str) -> str:
    found = re.search(rf"http://\S+/attestation/{path}/\S+", house.mail_to(MARIE, about=about).text)
    assert found
    return found.group()


def test_a_number_is_asked_and_given_and_the_paper_is_fetched(house: House, page: Page, browser: Browser) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    prepared(house)
    page.goto(f"{house.url}/office/gifts/attestations/{YEAR}/numbers")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Envoyer ces mails").click()
    expect(page.get_by_text("Un mail va partir.")).to_be_visible()
    donor = browser.new_context(locale="fr-BE", viewport={"width": 390, "height": 800}, java_script_enabled=False)
    hers = donor.new_page()
    hers.goto(link_in(house, "il nous manque un numéro", "numero"))
    expect(hers.get_by_text("Pour l’attestation de Marie Dupont.")).to_be_visible()
    hers.fill("#number", "85.07.30 / 033-28")
    hers.get_by_role("button", name="Donner mon numéro").click()
    expect(hers.locator("h1")).to_have_text("Merci, c’est noté")
    expect(hers.locator("main")).not_to_contain_text("033")
    page.goto(f"{house.url}/office/gifts/attestations/{YEAR}")
    page.get_by_role("button", name="Vérifier").click()
    page.get_by_role("button", name="Donner les numéros").click()
    page.get_by_role("dialog").get_by_role("button", name="Donner les numéros").click()
    page.get_by_role("link", name="Remettre les attestations").click()
    page.get_by_role("button", name="Laisser partir les attestations").click()
    page.get_by_role("dialog").get_by_role("button", name="Laisser partir").click()
    expect(page.get_by_text("L’horloge s’en charge")).to_be_visible()
    house.clock.go_to(house.clock() + timedelta(minutes=1))
    hers.goto(link_in(house, "vous attend", "papier"))
    hers.fill("#postcode", "1000")
    hers.get_by_role("button", name="Prendre mon attestation").click()
    expect(hers.locator(".summary")).to_contain_text("une chose est à corriger", ignore_case=True)
    hers.fill("#postcode", "4000")
    with hers.expect_download() as download:
        hers.get_by_role("button", name="Prendre mon attestation").click()
    assert download.value.suggested_filename == f"attestation-{YEAR}.pdf"
    donor.close()
    page.reload()
    expect(page.locator(".stats")).to_contain_text("Remises")
    wait_for(lambda: "1" in page.locator(".stats").inner_text() or None, "the paper handed over")
    page.goto(f"{house.url}/office/gifts/attestations/{YEAR}/1")
    expect(page.locator("main")).to_contain_text("prise par le lien du mail")
    page.goto(f"{house.url}/office/gifts/attestations/{YEAR}")
    page.get_by_role("link", name="faire le fichier").click()
    page.get_by_role("button", name="Contrôler les fiches").click()
    expect(page.get_by_role("row", name="Montant")).to_contain_text("120,00")
    expect(page.get_by_text("quelqu’un qui peut les voir le fera")).to_be_visible()
    _file_is_taken(house, browser)


def _file_is_taken(house: House, browser: Browser) -> None:
    """By finance, who may see numbers and shows a second factor."""
    office = browser.new_context(locale="fr-BE")
    books = office.new_page()
    books.goto(f"{house.url}/office/gifts/attestations/{YEAR}/file")
    books.fill("#email", FINANCE)
    books.fill("#password", PASSWORD)
    books.keyboard.press("Enter")
    app = pyotp.TOTP(books.locator("code.secret").inner_text().replace(" ", ""))
    books.fill("#code", app.at(house.clock()))
    books.get_by_role("button", name="Terminer").click()
    books.get_by_role("link", name="C’est noté, entrer").click()
    books.goto(f"{house.url}/office/gifts/attestations/{YEAR}/file")
    books.get_by_role("button", name="Faire le fichier").click()
    books.get_by_role("dialog").get_by_role("button", name="Faire le fichier").click()
    expect(books.get_by_text("Le fichier est prêt")).to_be_visible()
    with books.expect_download() as download:
        books.get_by_role("button", name="Prendre le fichier").click()
    assert download.value.suggested_filename == f"attestations-{YEAR}-1.xml"
    file = download.value.path().read_text("utf-8")
    assert ("85073003328" in file, "<f2009_volgnummer>1<" in file) == (True, True)
    books.reload()
    expect(books.get_by_text("Pris par")).to_be_visible()
    books.goto(f"{house.url}/office/gifts/attestations/{YEAR}")
    said = json.dumps({"errors": [{"line": 1, "title": "Zone 2013", "detail": "85073003328 inconnu"}]})
    books.locator("summary", has_text="Lire la réponse").click()
    books.set_input_files("#answer", {"name": "said.json", "mimeType": "application/json", "buffer": said.encode()})
    books.locator("form:has(#answer) button[type=submit]").click()
    expect(books.get_by_text("1 remarque")).to_be_visible()
    books.goto(f"{house.url}/office/gifts/attestations/{YEAR}/1")
    expect(books.locator("main")).to_contain_text("Zone 2013")
    expect(books.locator("main")).not_to_contain_text("85073003328")
    office.close()
