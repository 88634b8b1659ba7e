"""A colleague's way in, in a browser: invited, protected by an app, then by a passkey, and signed out from afar."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import pyotp
from playwright.sync_api import Browser, Page, expect

from crm.staff import service as staff
from crm.staff.model import Role
from crm.values.languages import Language
from tests.browser.furnishing import EMAIL, PASSWORD
from tests.browser.house import House

_MINUTE = timedelta(minutes=1)
NORA, CHOSEN = "nora@exemple.test", "une phrase bien à moi"


def test_invited_enrolled_and_let_in_by_a_code(house: House, page: Page, browser: Browser) -> None:
    _open_house(house)
    _sign_in(house, page, EMAIL, PASSWORD)
    page.goto(f"{house.url}/office/team/invite")
    page.fill("#name", "Nora Peeters")
    page.fill("#email", NORA)
    page.check("#role-finance")
    page.get_by_role("button", name="Envoyer l’invitation").click()
    expect(page.locator("table")).to_contain_text("Invité·e")

    context = browser.new_context(locale="fr-BE")
    hers = context.new_page()
    hers.goto(_link(house))
    hers.fill("#password", CHOSEN)
    hers.fill("#again", CHOSEN)
    hers.get_by_role("button", name="Enregistrer et entrer").click()
    expect(hers.locator("h1")).to_have_text("Protégez votre compte")
    app = pyotp.TOTP(hers.locator("code.secret").inner_text().replace(" ", ""))
    hers.fill("#code", app.at(house.clock()))
    hers.get_by_role("button", name="Terminer").click()
    expect(hers.locator(".codes li")).to_have_count(10)
    hers.get_by_role("link", name="C’est noté, entrer").click()
    expect(hers.locator("h1")).to_have_text("Tableau de bord")
    context.clear_cookies()

    house.clock.go_to(house.clock() + _MINUTE)
    _fill_sign_in(house, hers, NORA, CHOSEN)
    expect(hers.locator("h1")).to_have_text("Encore un pas")
    hers.fill("#code", app.at(house.clock()))
    hers.get_by_role("button", name="Continuer").click()
    expect(hers.locator("h1")).to_have_text("Tableau de bord")

    page.goto(f"{house.url}/office/log")
    expect(page.locator("table")).to_contain_text("a rejoint l’équipe")
    context.close()


def test_a_passkey_is_made_and_opens_the_office_by_itself(house: House, page: Page) -> None:
    house = replace(house, url=house.url.replace("127.0.0.1", "localhost"))
    _open_house(house)
    _give_a_virtual_device(page)
    _sign_in(house, page, EMAIL, PASSWORD)
    page.goto(f"{house.url}/office/account/passkeys")
    page.fill("#name", "Mon ordinateur")
    page.get_by_role("button", name="Créer une clé d’accès").click()
    expect(page.locator(".codes li")).to_have_count(10)
    page.get_by_role("link", name="C’est noté").click()
    expect(page.locator(".means")).to_contain_text("Mon ordinateur")

    page.context.clear_cookies()
    page.goto(f"{house.url}/office/sign-in")
    page.get_by_role("button", name="Entrer avec une clé d’accès").click()
    expect(page.locator("h1")).to_have_text("Tableau de bord")

    page.context.clear_cookies()
    _fill_sign_in(house, page, EMAIL, PASSWORD)
    expect(page.locator("h1")).to_have_text("Encore un pas")
    page.get_by_role("button", name="Continuer avec ma clé d’accès").click()
    expect(page.locator("h1")).to_have_text("Tableau de bord")

    house.clock.go_to(house.clock() + 11 * _MINUTE)
    page.goto(f"{house.url}/office/team/invite")
    expect(page.locator("h1")).to_have_text("C’est bien vous ?")
    page.get_by_role("button", name="Continuer avec ma clé d’accès").click()
    expect(page.locator("h1")).to_have_text("Inviter une personne")


def test_a_session_is_closed_from_afar(house: House, page: Page, browser: Browser) -> None:
    _open_house(house)
    _sign_in(house, page, EMAIL, PASSWORD)
    elsewhere = browser.new_context(locale="fr-BE")
    forgotten = elsewhere.new_page()
    _sign_in(house, forgotten, EMAIL, PASSWORD)
    page.goto(f"{house.url}/office/account")
    expect(page.locator("tbody tr")).to_have_count(2)
    page.get_by_role("button", name="Fermer", exact=True).click()
    expect(page.locator("tbody tr")).to_have_count(1)
    forgotten.goto(f"{house.url}/office")
    expect(forgotten.locator("h1")).to_have_text("Connexion")
    elsewhere.close()


def _open_house(house: House) -> None:
    with house.assembly.database.transaction() as session:
        staff.add_account(
            session,
            email=EMAIL,
            name="Claire Lambert",
            roles={Role.ADMINISTRATOR},
            language=Language.FR,
            password=PASSWORD,
            at=house.clock(),
        )


def _give_a_virtual_device(page: Page) -> None:
    """A security device of Chromium's own, that says yes and knows its owner."""
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def _fill_sign_in(house: House, page: Page, email: str, password: str) -> None:
    page.goto(f"{house.url}/office/sign-in")
    page.fill("#email", email)
    page.fill("#password", password)
    page.get_by_role("button", name="Se connecter").click()


def _sign_in(house: House, page: Page, email: str, password: str) -> None:
    _fill_sign_in(house, page, email, password)
    expect(page.locator("h1")).to_have_text("Tableau de bord")


def _link(house: House) -> str:
    found = re.search(rf"{re.escape(house.url)}/office/key/\S+", house.mail_to(NORA).text)
    assert found is not None
    return found[0]
