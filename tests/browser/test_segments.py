"""A segment, built and carried off without a mouse; a condition that is dragged."""

from __future__ import annotations

from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import update

from crm.consent import service as consent
from crm.consent.model import Act, NewAct, Way
from crm.people import service as people
from crm.people.model import NewPerson
from crm.staff.tables import AccountRow
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from tests.browser.axe import violations
from tests.browser.furnishing import EMAIL, PASSWORD, furnish
from tests.browser.house import House
from tests.segments.conftest import give


def test_a_segment_is_built_counted_kept_explained_and_carried_off_by_keyboard(house: House, page: Page) -> None:
    furnish(house.assembly, house.clock(), site_url=house.site_url)
    now = house.clock()
    with house.assembly.database.transaction() as session:
        purpose = next(iter(consent.letters(session)))
        for last, days in {"Benali": (370,), "Mertens": (370, 1)}.items():
            email = EmailAddress.parse(f"{last.lower()}@exemple.test")
            new = NewPerson(language=Language.FR, first_name="Léa", last_name=last, email=email)
            who = people.add(session, house.assembly.addresses, new, at=now)
            for back in days:
                give(session, house.assembly, who.id, 2500, now.date() - timedelta(days=back))
            key = who.contact_points[0].address_key
            said = NewAct(
                person_id=who.id,
                purpose=purpose.code,
                address_key=key,
                act=Act.GIVEN,
                way=Way.CONFIRMATION,
                occurred_at=now,
            )
            consent.record(session, house.assembly.sealer, said, at=now)
    page.goto(f"{house.url}/office/segments/new")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("#figures")).to_contain_text("2 personnes")
    page.wait_for_load_state()  # before its script is there, a page does without, and nothing has the focus
    _go_on_in_a_fold(page)
    with page.expect_response("**/figures"):
        page.locator("#add-0").press("Enter")
    second = page.locator('[id="f-2-neg"]')
    expect(second).to_be_focused()
    expect(page.locator("#figures .figures-count")).to_be_visible()
    second.press("ArrowDown")
    expect(page.locator("#figures")).to_contain_text("n’ont pas donné")
    when = page.locator('[id="f-2-w-@"]')
    when.select_option("days")
    expect(page.locator("#figures .figures-count")).to_be_visible()
    how_many = page.locator('[id="f-2-f-@"]')
    how_many.focus()
    page.keyboard.type("30")
    page.keyboard.press("Tab")
    expect(page.locator("#figures")).to_contain_text("1 personne")
    expect(page.locator("#figures")).to_contain_text("30 derniers jours")
    with page.expect_response("**/figures"):  # leaving while it counts would be a line in the console
        page.locator('[id="f-2-source"]').press("Alt+ArrowUp")
    expect(page.locator("#figures .effects tbody tr").first).to_contain_text("n’ont pas donné ces 30 derniers jours")
    _move_into_a_group_and_out(page)
    page.fill("#name", "À remercier")
    page.locator("#save").press("Enter")
    expect(page.locator("h1")).to_have_text("À remercier")
    page.get_by_role("button", name="Compter maintenant").press("Enter")
    expect(page.locator("main")).to_contain_text("1 personne")
    page.locator("#who").focus()
    page.keyboard.type("mertens")
    expect(page.locator("#person-choices")).to_contain_text("Léa")
    page.get_by_role("button", name="Demander pourquoi").press("Enter")
    expect(page.locator(".why")).to_contain_text("Pas dans le segment")
    page.get_by_role("link", name="Emporter").press("Enter")
    page.select_option("#channel", "email")
    page.select_option("#purpose", purpose.code)
    page.fill("#recipient", "L’équipe")
    page.get_by_role("button", name="Voir qui partirait").press("Enter")
    with page.expect_download() as leaving:
        page.get_by_role("button", name="Emporter 1 personne").press("Enter")
    assert "benali@exemple.test" in leaving.value.path().read_text("utf-8-sig")
    _look_over(house, page)


def _go_on_in_a_fold(page: Page) -> None:
    """Whoever says « au plus » first, and how much then, finds the field where it was."""
    page.locator('[data-node="1"] .precise summary').press("Enter")
    for word in ("most", "least"):
        with page.expect_response("**/figures"):
            page.locator('[id="f-1-o-cents"]').select_option(word)
        expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
        expect(page.locator('[id="f-1-a-cents"]')).to_be_visible()
    page.locator('[data-node="1"] .precise summary').press("Enter")


def _look_over(house: House, page: Page) -> None:
    """Its pages on a phone, in both languages that the office is read in most."""
    page.set_viewport_size({"width": 390, "height": 800})
    found: dict[str, list[str]] = {}
    for language in (Language.FR, Language.EN):
        with house.assembly.database.transaction() as session:
            session.execute(update(AccountRow).values(language=language))
        for path in ("", "/1", "/1/edit", "/1/versions/1", "/1/compare?with=1"):
            page.goto(f"{house.url}/office/segments{path}")
            page.wait_for_load_state("networkidle")
            found[f"{language.value} {path}"] = violations(page, colours=language is Language.FR)
            assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _move_into_a_group_and_out(page: Page) -> None:
    """By the grip, then by two keys: the form says each time where the condition stands."""
    where = page.locator('input[name="2-parent"]')
    with page.expect_response("**/figures"):
        page.locator('button[value="group:0"]').press("Enter")
    expect(page.locator(".htmx-request, .htmx-swapping, .htmx-settling")).to_have_count(0)
    group, inside = page.locator('[data-parts="3"]'), page.locator('[data-parts="3"] [data-node="2"]')
    page.locator('[data-node="2"] .grip').hover()
    page.mouse.down()
    for _ in range(20):  # the condition goes along with the hand, and is let go once it lies in the group
        group.hover(force=True)
        if inside.count():
            break
        page.wait_for_timeout(50)
    with page.expect_response("**/figures"):
        page.mouse.up()
    expect(where).to_have_value("3")
    for key, parent in (("Alt+ArrowLeft", "0"), ("Alt+ArrowRight", "3")):
        with page.expect_response("**/figures"):
            page.locator('[id="f-2-source"]').press(key)
        expect(where).to_have_value(parent)
