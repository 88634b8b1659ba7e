"""From what is due to what comes back: a file prepared, approved by somebody else, credited, and one that went back."""

from __future__ import annotations

import io
from datetime import date, time, timedelta

from playwright.sync_api import Page, expect

from crm.assembly import bank_counter
from crm.banking import bringing
from crm.collections import service as collections
from crm.people import service as people
from crm.people.model import NewPerson
from crm.plans import arriving
from crm.plans.arriving import Row
from crm.plans.mandates import enclose
from crm.plans.model import Channel
from crm.staff import service as staff
from crm.staff.model import Role
from crm.values import target_days
from crm.values.calendar import brussels_day, instant_of
from crm.values.iban import Iban
from crm.values.languages import Language
from tests.banking import coda_files as coda
from tests.banking.coda_files import Move
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House

SECOND = "marc@exemple.test"


def sign_in(page: Page, house: House, email: str) -> None:
    page.goto(f"{house.url}/office/sepa")
    page.fill("#email", email)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Domiciliations")


def test_a_file_is_made_by_one_approved_by_another_credited_and_partly_returned(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    today = brussels_day(house.clock())
    with house.assembly.database.transaction() as session:
        staff.add_account(
            session, email=SECOND, name="Marc Second", roles={Role.ADMINISTRATOR}, language=Language.FR,
            password=PASSWORD, at=house.clock(),
        )  # fmt: skip
        for number, first in enumerate(("Léa", "Omar")):
            new = NewPerson(language=Language.FR, first_name=first, last_name="Régulier")
            who = people.add(session, house.assembly.addresses, new, at=house.clock()).id
            row = Row(
                person_id=who, supplier="rue", reference=f"RUE-{number}", signed_on=today - timedelta(days=20),
                cents=1500 + number, channel=Channel.STREET,
                account=enclose(house.assembly.safe, Iban.parse("BE71096123456769")),
                holder=f"{first} Régulier",
            )  # fmt: skip
            arriving.bring_many(session, [row], at=house.clock())
    sign_in(page, house, EMAIL)
    expect(page.locator(".stats")).to_contain_text("30,01")
    page.get_by_role("button", name="Préparer le fichier").click()
    expect(page.get_by_text("Vous l’avez préparé")).to_be_visible()
    address = page.url
    page.context.clear_cookies()
    sign_in(page, house, SECOND)
    page.goto(address)
    page.get_by_role("button", name="Approuver").click()
    page.get_by_role("dialog").get_by_role("button", name="Approuver").click()
    expect(page.get_by_text("Le fichier est approuvé")).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("button", name="Prendre le fichier pour la banque").click()
    content = download.value.path().read_text()
    assert content.count("<DrctDbtTxInf>") == 2
    with house.assembly.database.reading() as session:
        [batch] = collections.batches(session)
    assert batch.sent_at is not None

    came_on = batch.header.collect_on
    house.clock.go_to(instant_of(target_days.after(came_on, 3), time(12)))
    back = coda.direct_debit(mandate="RUE-1", paid="1", kind="5", reason="AM04")
    moves = [
        Move(cents=3001, text=f"COLLECTE {batch.header.message_id}", on=came_on, value_on=came_on),
        Move(cents=-1501, structured=back, code="00501050", on=came_on, value_on=came_on),
    ]
    bring(house, moves, came_on)
    page.context.clear_cookies()
    sign_in(page, house, SECOND)
    expect(page.locator("main")).to_contain_text("pas assez sur le compte")
    expect(page.locator("main")).to_contain_text("À redemander")
    page.get_by_role("link", name="Dons", exact=True).first.click()
    expect(page.locator(".stats")).to_contain_text("15,00")


def bring(house: House, moves: list[Move], on: date) -> None:
    content = coda.file(coda.statement(moves, on=on))
    report = bringing.bring(bank_counter(house.assembly), io.BytesIO(content), name="day.cod", by=None)
    assert (report.matched, report.open) == (2, 0)
