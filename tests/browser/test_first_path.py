"""The whole way, once, in a browser: from the feed to the inbox, and out again with one click."""

from __future__ import annotations

import http.client
import re
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from crm.demo.maildrop import CaughtMail
from mailing.composition import service as composition
from mailing.composition.model import Edition, EditionState
from tests.browser.furnishing import EMAIL, PASSWORD, STAYS, furnish
from tests.browser.house import House, wait_for

READER = "lea@exemple.test"
SUBJECT = "Votre semaine des droits humains"


def test_from_the_feed_to_the_inbox_and_out_again(house: House, page: Page) -> None:
    slot = furnish(house.assembly, house.clock(), site_url=house.site_url)
    _sign_up(house, page)
    _confirm(house, page)

    house.clock.go_to(house.clock() + timedelta(minutes=1))
    first = _proposed(house)
    assert first.due_at == slot
    _sign_in(house, page)
    _edit(house, page, first)
    _approve(page, SUBJECT)
    assert house.mails_to(READER, SUBJECT) == []
    house.clock.go_to(slot + timedelta(seconds=20))
    mail = house.mail_to(READER, about=SUBJECT)
    assert house.mail_to(STAYS, about=SUBJECT)

    _read_in_the_browser(house, page, mail)
    _unsubscribe(house, page, mail)

    house.clock.go_to(slot + timedelta(days=6, hours=12))
    second = _proposed(house, after=slot)
    assert second.content_ids
    assert not {block.content.id for block in first.blocks if block.content} & _stories(second)
    _sign_in(house, page)
    page.goto(f"{house.url}/office/editions/{second.id}")
    _approve(page, second.subject)
    house.clock.go_to(second.due_at + timedelta(seconds=20))
    house.mail_to(STAYS, about=second.subject)
    _everything_left(house, second)
    got = [mail.line.subject for mail in house.mails_to(READER)]
    assert got[:2] == ["Vous êtes désinscrit·e", SUBJECT]
    assert second.subject not in got


def _sign_up(house: House, page: Page) -> None:
    page.goto(f"{house.url}/inscription")
    assert page.locator("input[type=checkbox]:checked").count() == 0
    page.check("input[name=purpose][value=newsletter]")
    page.fill("#email", READER)
    page.fill("#first_name", "Léa")
    page.check("input[name=age][value='18+']")
    house.clock.go_to(house.clock() + timedelta(seconds=10))
    page.click("main button[type=submit]")
    expect(page.locator("h1")).to_be_visible()


def _confirm(house: House, page: Page) -> None:
    letter = house.mail_to(READER)
    page.goto(_link(house, letter, "c"))
    page.get_by_role("button", name="Confirmer").click()
    page.wait_for_load_state()
    expect(page.locator("main")).to_contain_text("lettre hebdomadaire")


def _proposed(house: House, *, after: datetime | None = None) -> Edition:
    """The draft that the clock made up, without anybody's help."""

    def look() -> Edition | None:
        with house.assembly.database.reading() as session:
            drafts = composition.editions(session, states={EditionState.DRAFT})
        return next((d for d in drafts if after is None or d.due_at > after), None)

    return wait_for(look, "a proposed edition", 60)


def _sign_in(house: House, page: Page) -> None:
    page.goto(f"{house.url}/office/")
    page.fill("#email", EMAIL)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Se connecter").click()
    expect(page.locator("h1")).to_have_text("Tableau de bord")


def _edit(house: House, page: Page, edition: Edition) -> None:
    """Another subject, and the second story before the first, by keyboard alone."""
    page.goto(f"{house.url}/office/editions/{edition.id}")
    with page.expect_response(lambda answer: answer.request.method == "POST" and "/words" in answer.url):
        page.fill("#subject", SUBJECT)
    _, first, second = [block.id for block in edition.blocks][:3]
    page.locator(f"#down-{first}").focus()
    with page.expect_response(lambda answer: "/shift" in answer.url):
        page.keyboard.press("Enter")
    expect(page.locator(f"#block-{second} ~ #block-{first}")).to_be_visible()
    with house.assembly.database.reading() as session:
        kept = composition.edition(session, edition.id)
    assert kept.subject == SUBJECT
    assert [block.id for block in kept.blocks][1:3] == [second, first]


def _approve(page: Page, subject: str) -> None:
    page.get_by_role("link", name="Relire et approuver").click()
    expect(page.locator(".review-facts")).to_contain_text(subject.replace(" :", "\u00a0:")[:40])
    page.get_by_role("button", name=re.compile("^Approuver")).click()
    expect(page.locator("[data-notice]")).to_contain_text("Approuvée")


def _read_in_the_browser(house: House, page: Page, mail: CaughtMail) -> None:
    page.goto(_link(house, mail, "w"))
    expect(page.locator("body")).to_contain_text("Bonjour Léa")
    assert page.locator("img").evaluate_all("pictures => pictures.every(p => p.complete && p.naturalWidth > 0)")


def _unsubscribe(house: House, page: Page, mail: CaughtMail) -> None:
    """As a mail program does (RFC 8058): a bare POST, no cookie; twice is once. Looking changes nothing."""
    headers = message_from_bytes(mail.raw, policy=policy.default)
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = next(
        link for link in re.findall(r"<([^>]+)>", str(headers["List-Unsubscribe"])) if link.startswith("http")
    )
    page.goto(address)
    expect(page.get_by_role("button", name="Me désinscrire")).to_be_visible()
    for _ in range(2):
        connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", urlsplit(address).path, "List-Unsubscribe=One-Click", form)
        answer = connection.getresponse()
        assert (answer.status, answer.getheader("Set-Cookie"), answer.getheader("Location")) == (200, None, None)
        connection.close()
    page.reload()
    expect(page.get_by_role("button", name="Me désinscrire")).to_have_count(0)


def _everything_left(house: House, edition: Edition) -> None:
    def look() -> bool | None:
        with house.assembly.database.reading() as session:
            return composition.edition(session, edition.id).state is EditionState.SENT or None

    wait_for(look, "the end of the mailing", 60)


def _stories(edition: Edition) -> set[int]:
    return {int(b.content.id) for b in edition.blocks if b.content and b.content.kind.value in ("article", "blog")}


def _link(house: House, mail: CaughtMail, kind: str) -> str:
    """The link of that kind (`c`, `w`, `u`, `p`) as the plain-text part gives it."""
    found = re.search(rf"{re.escape(house.url)}/{kind}/\S+", mail.text)
    assert found, mail.text
    return found[0].rstrip(".,;)>")
