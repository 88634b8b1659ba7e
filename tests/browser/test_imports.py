"""A file with errors in it: brought, read, tried, imported by the clock, its bad rows downloaded, undone."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House

GOOD = 4000
"""Enough to be left to the clock, whose progress the page shows."""


def test_a_file_with_errors_is_tried_imported_and_undone(house: House, page: Page, tmp_path: Path) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    file = tmp_path / "membres.csv"
    names = [f"Prénom{letter};Nom" for letter in "abcdefghij"]
    rows = [f"{names[i % 10]};membre{i}@exemple.test;03/04/19{i % 70 + 10};{'-' * 60}" for i in range(GOOD)]
    bad = ["Ana;Silva;pas une adresse;03/04/1990;", "=cmd|x;;luc@exemple.test;03/04/1990;"]
    file.write_bytes("\n".join(["Prénom;Nom;E-mail;Naissance;Note", *rows, *bad, ""]).encode("cp1252"))
    page.goto(f"{house.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.click("main button[type=submit]")
    page.wait_for_load_state()

    page.goto(f"{house.url}/office/imports")
    page.get_by_role("link", name="Importer un fichier").click()
    page.set_input_files("#file", file)
    expect(page.locator("[data-drop-name]")).to_contain_text("membres.csv")
    page.get_by_role("button", name="Lire ce fichier").click()
    expect(page.locator(".how")).to_contain_text("Windows-1252")
    expect(page.locator(".ask-which")).to_contain_text("plusieurs façons")
    page.select_option("#format-birth_on", "day-month")
    page.get_by_role("button", name="Essayer sans rien écrire").click()
    expect(page.get_by_role("heading", name="membres.csv")).to_be_visible()
    expect(page.get_by_text("Rien n’est écrit pour le moment")).to_be_visible(timeout=120_000)
    expect(page.locator(".stat", has_text="En erreur")).to_contain_text("2")

    page.goto(f"{page.url.partition('?')[0]}?show=error")
    expect(page.get_by_text("Ce n’est pas une adresse e-mail.")).to_be_visible()
    with page.expect_download() as downloading:
        page.get_by_role("button", name="Télécharger les 2 lignes").click()
    aside = Path(downloading.value.path()).read_text(encoding="utf-8-sig")
    assert "\n'=cmd|x;" in aside.replace("\r\n", "\n")

    page.locator("form[action$='/apply'] button").click()
    page.locator("dialog[open] [data-yes]").click()
    expect(page.get_by_role("button", name="Annuler l’importation")).to_be_visible(timeout=120_000)
    page.locator("form[action$='/undo'] button").click()
    page.locator("dialog[open] [data-yes]").click()
    expect(page.get_by_text("Tout est comme avant")).to_be_visible(timeout=120_000)
