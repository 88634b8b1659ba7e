"""Every supporters' page in every language, looked over by axe-core: no violation of WCAG 2.2 AA anywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from playwright.sync_api import Browser, Page
from sqlalchemy import delete

from crm.consent import asking
from crm.consent import service as consent
from crm.consent.model import Act, Purpose
from crm.consent.tables import AskedRow
from crm.foundation.signing import TokenPurpose
from crm.fundraising import service as fundraising
from crm.people import service as people
from crm.people.model import NewPerson, Person
from crm.values.email_address import EmailAddress
from crm.values.languages import Language
from crm.vault import service as vault
from crm.vault.model import Way
from crm.visits import service as visits
from mailing.composition import service as composition
from mailing.delivery import service as delivery
from mailing.rounds.model import Outcome, Reach
from mailing.rounds.tables import QuestionRow, RoundRow
from tests.browser.axe import violations
from tests.browser.house import House
from tests.composition import shelf
from tests.conftest import NOW

_NUMBERS = ["85073003328", "17073003384", "26011500105", "99123199841"]
NEWS = Purpose(
    code="news", names={"fr": "Les nouvelles"}, promises={"fr": "Chaque semaine, ce qui s’est passé."}, position=1
)


def test_every_page_in_every_language_is_accessible(house: House, browser: Browser) -> None:
    """A page of its own: refusals (422) are among what is looked at, and the console tells of each."""
    page = browser.new_context(locale="fr-BE").new_page()
    page.set_default_timeout(15_000)
    with house.assembly.database.transaction() as session:
        consent.put_purpose(session, NEWS)
    _edition(house)
    found: dict[str, list[str]] = {"an edition": _look_at_edition(house, page)}
    for language in Language:
        _walk(house, page, language, found)
        page.context.clear_cookies()
    assert len(found) == 45 * len(Language) + 1
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


def _walk(house: House, page: Page, language: Language, found: dict[str, list[str]]) -> None:
    email, lang = f"lea-{language.value}@exemple.test", f"?lang={language.value}"

    def look(name: str) -> None:
        # Colours are those of one style sheet, whatever the language: they are looked at once.
        found[f"{language.value} {name}"] = violations(page, colours=language is Language.FR)

    def go(path: str, name: str) -> None:
        page.goto(f"{house.url}{path}{lang}")
        look(name)

    def press(selector: str, name: str) -> None:
        page.click(selector)
        page.wait_for_load_state()
        look(name)

    go("/", "home")
    go("/archives", "archives")
    go("/attestation", "attestation")
    page.fill("#code", "ABCD")
    press("main form button", "attestation, unknown")
    go("/nulle-part", "no such page")
    go("/c/x", "lost link")
    go(f"/merci/{'k' * 32}", "paid, on its way")
    go("/inscription", "sign up")
    press("main button[type=submit]", "sign up, errors")
    page.check("input[name=age][value=child]")
    press("main button[type=submit]", "too young")
    page.goto(f"{house.url}/inscription{lang}")
    page.check("input[name=purpose]")
    page.fill("#email", email)
    page.check("input[name=age][value='18+']")
    house.clock.go_to(house.clock() + timedelta(seconds=10))
    press("main button[type=submit]", "check mailbox")
    person, sign = _person(house, email), house.assembly.links.sign
    value = [person.id, person.contact_points[0].id, "news", None]
    go(f"/c/{sign(TokenPurpose.CONFIRM, [*value[:2], _requests(house, person)])}", "confirm")
    press("main form button", "confirmed")
    _flood(house, asking.CALM)
    go("/inscription", "sign up, in a flood")
    assert page.locator("form[data-work]").count() == 1
    _flood(house, 0)
    choices = f"/p/{sign(TokenPurpose.PREFERENCES, value)}"
    go(choices, "choices")
    page.select_option("#rhythm", "monthly")
    press("main form button", "choices, changed")
    go(f"{choices}/sujets", "interests")
    press("main form button", "interests, link sent")
    _space(house, page, person, go, press)
    _number(house, page, person, go, press)
    _ask_again(house, person)
    go(f"{choices}/encore", "still wanted")
    press("main form button >> nth=0", "still wanted, answered")
    leave = f"/u/{sign(TokenPurpose.UNSUBSCRIBE, value)}"
    go(leave, "leave")
    press("form:has(input[value=pace]) button >> nth=0", "paced")
    page.goto(f"{house.url}{leave}{lang}")
    press("form:has(input[value=withdraw]) button >> nth=0", "left")
    press("form:has(input[value=take-back]) button", "taken back")
    page.context.clear_cookies()


def _number(
    house: House, page: Page, person: Person, go: Callable[[str, str], None], press: Callable[[str, str], None]
) -> None:
    go("/attestation", "a paper's code")
    with house.assembly.database.transaction() as session:
        asked = vault.ask_many(session, house.assembly.sealer, [person.id], way=Way.MAIL, at=house.clock(), by=None)
    go(f"/attestation/numero/{house.assembly.links.sign(TokenPurpose.NATIONAL_NUMBER, asked[person.id])}", "number")
    press("main button", "number, errors")
    page.fill("#number", _NUMBERS.pop())
    press("main button", "number, kept")


def _space(
    house: House, page: Page, person: Person, go: Callable[[str, str], None], press: Callable[[str, str], None]
) -> None:
    go("/mon-espace", "space, ask")
    page.fill("#email", "personne@exemple.test")
    press("main button[type=submit]", "space, asked")
    with house.assembly.database.transaction() as session:
        link = visits.ask(session, person.contact_points[0].address_key, at=house.clock())
    assert link is not None
    _neighbour(house, person)
    path = f"/mon-espace/{house.assembly.links.sign(TokenPurpose.VISIT, link.id)}"
    go(path, "space, whose of two")
    press("main form button", "space, not known")
    page.fill("#number", person.member_number)
    page.click("main form button")
    page.wait_for_load_state()
    go(path, "space, spent link")
    go("/mon-espace", "space")
    go("/mon-espace/sujets", "space, interests")
    press("main form button", "space, interests, errors")
    _open_all(page)
    page.check("input[name=choice] >> nth=0")
    page.check("input[name=agreed]")
    press("main form button >> nth=0", "space, interests, declared")
    go("/mon-espace/attestation/numero", "space, number")
    with house.assembly.database.transaction() as session:
        fundraising.open_purpose(session)
    go("/mon-espace/appels", "space, appeals")
    press("main form button", "space, no appeal any more")
    page.goto(f"{house.url}/mon-espace")
    _open_all(page)
    press("form[action*='/adresse'] button", "space, address refused")
    page.goto(f"{house.url}/mon-espace")
    _open_all(page)
    page.fill("#phone", "12")
    press("form[action*='/coordonnees'] button", "space, details refused")
    page.fill("#phone", "0475 11 22 33")
    press("form[action*='/coordonnees'] button", "space, details written")
    page.goto(f"{house.url}/mon-espace")
    _open_all(page)
    press("form[action*='/oubli'] button", "space, forget me")
    press("form[action*='/sortir'] button", "space, left")


def _look_at_edition(house: House, page: Page) -> list[str]:
    """Its page lets no script run, ours included: it is looked at as it came, in an empty page."""
    html = page.request.get(f"{house.url}/archives/1").text()
    page.set_content(html)
    return violations(page, habits=False)


def _edition(house: House) -> None:
    """One edition that left, to nobody."""
    settings = house.assembly.settings
    with house.assembly.database.transaction() as session:
        draft, editor = shelf.drafted(session), shelf.account(session)
        edition = composition.approve(session, draft.id, by=editor.id, revision=draft.revision, now=NOW)
        delivery.launch(
            session,
            edition_id=edition.id,
            organisation=settings.organisation,
            mail=settings.mail,
            public_url=settings.public_url,
            now=house.clock(),
        )


def _flood(house: House, size: int) -> None:
    """So many mailboxes asked just now; with `asking.CALM` of them a form shows its work."""
    now = house.clock()
    with house.assembly.database.transaction() as session:
        session.execute(delete(AskedRow))
        session.add_all(
            AskedRow(mailbox_key=f"k{number}", asked_on=now.date(), asked_at=now, is_patient=False)
            for number in range(size)
        )


def _neighbour(house: House, person: Person) -> None:
    """Somebody else in the same mailbox."""
    new = NewPerson(email=EmailAddress.parse(person.contact_points[0].value), language=Language.FR, first_name="Jean")
    with house.assembly.database.transaction() as session:
        people.add(session, house.assembly.addresses, new, at=house.clock())


def _ask_again(house: House, person: Person) -> None:
    with house.assembly.database.transaction() as session:
        asked = RoundRow(purpose="news", reach=Reach.BOTH, reason="x", proposed_at=house.clock(), is_approved=True)
        session.add(asked)
        session.flush()
        question = QuestionRow(
            round_id=asked.id, recorded_person_id=person.id, person_id=person.id, is_legacy=False,
            asked_at=house.clock(), outcome=Outcome.WAITING,
        )  # fmt: skip
        session.add(question)


def _open_all(page: Page) -> None:
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")


def _person(house: House, email: str) -> Person:
    key = house.assembly.addresses.key_of(EmailAddress.parse(email).normal)
    with house.assembly.database.reading() as session:
        return people.people_at(session, key)[0]


def _requests(house: House, person: Person) -> list[int]:
    with house.assembly.database.reading() as session:
        return [one.event_id for one in consent.standings(session, person.id) if one.act is Act.REQUESTED]
