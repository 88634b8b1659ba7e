"""Every office page opens, empty and furnished, changes nothing by being looked at, and does what its buttons say."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select

from crm.assembly import Assembly
from crm.audit import service as audit
from crm.staff.model import Role
from mailing.content.tables import ContentItemRow, TermAliasRow, UnknownTagRow
from mailing.delivery import service as delivery
from mailing.delivery.model import DeliveryState, MailingState
from mailing.delivery.tables import DeliveryRow, MailingRow
from mailing.feeds.tables import FeedRow
from tests.web.conftest import Browser
from tests.web.furnished import furnish
from tests.web.whole_database import digest

NewBrowser = Callable[..., Browser]
PAGES = (
    "/office",
    "/office/style",
    "/office/account/password",
    "/office/palette",
    "/office/content",
    "/office/content/tags",
    "/office/feeds",
    "/office/feeds/new",
    "/office/deliveries",
    "/office/deliveries?kind=letter",
    "/office/mails/uncertain",
    "/office/sending",
)
FURNISHED = (
    "/office/content/1",
    "/office/content/2",
    "/office/content?kind=petition&text=libérez&state=open",
    "/office/content?country=iran&theme=discriminations",
    "/office/deliveries/1",
    "/office/deliveries/1?state=uncertain",
    "/office/deliveries/1/progress",
    *(f"/office/mails/{number}" for number in range(1, 8)),
)


def test_every_page_opens_in_an_empty_house(browser: NewBrowser) -> None:
    someone = browser()
    for address in PAGES:
        answer = someone.get(address)
        assert answer.status_code == 200, address
        assert "style=" not in answer.text, address


@pytest.mark.parametrize("role", list(Role))
def test_every_page_opens_for_those_who_may_see_it(assembly: Assembly, browser: NewBrowser, role: Role) -> None:
    furnish(assembly)
    someone = browser(role)
    edits = role in (Role.EDITOR, Role.ADMINISTRATOR)
    for address in PAGES + FURNISHED:
        answer = someone.get(address)
        expected = 403 if not edits and address in ("/office/content/tags", "/office/feeds/new") else 200
        assert answer.status_code == expected, address


def test_looking_around_changes_nothing_and_finds_no_dead_end(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    someone = browser(Role.ADMINISTRATOR)
    before = digest(assembly)
    seen, waiting = set[str](), ["/office", "/office/style"]
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = someone.get(address)
        assert answer.status_code in (200, 303), address
        for found in re.findall(r'(?:href|data-href|hx-get|src)="(/[^"#]*)', answer.text):
            link = unescape(found)
            if link.startswith("/office") and link not in seen:
                waiting.append(link)
        answer.close()
    assert len(seen) > 40
    assert digest(assembly) == before


@pytest.mark.parametrize("address", ["/office", "/office/content", "/office/feeds", "/office/deliveries"])
def test_a_list_page_asks_a_fixed_number_of_questions(assembly: Assembly, browser: NewBrowser, address: str) -> None:
    someone = browser(Role.ADMINISTRATOR)
    furnish(assembly)
    counts = []
    for change in (_twice_as_many, None):
        asked: list[str] = []

        def note(_c: Any, _cur: Any, statement: str, *_rest: Any, asked: list[str] = asked) -> None:
            asked.append(statement)

        event.listen(assembly.database.engine, "before_cursor_execute", note)
        assert someone.get(address).status_code == 200
        event.remove(assembly.database.engine, "before_cursor_execute", note)
        counts.append(len(asked))
        if change:
            change(assembly)
    assert counts[0] == counts[1]


def _twice_as_many(assembly: Assembly) -> None:
    with assembly.database.transaction() as session:
        for table, changed in ((FeedRow, ("name", "url")), (ContentItemRow, ("title", "url")), (MailingRow, ("code",))):
            for row in list(session.scalars(select(table))):
                values = {c.key: getattr(row, c.key) for c in table.__mapper__.column_attrs if c.key != "id"}
                for name in changed:
                    values[name] += "-2"
                session.add(table(**values | ({"edition_id": None} if table is MailingRow else {})))
        session.flush()


def test_addresses_are_whole_for_those_who_care_for_people_alone(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    for address in ("/office/deliveries/1", "/office/mails/5", "/office/mails/uncertain"):
        assert "lecteur-4@exemple.be" in browser(Role.CARE).get(address).text
        shown = browser(Role.EDITOR).get(address).text
        assert "lecteur-4@exemple.be" not in shown
        assert "l…@exemple.be" in shown


def test_the_account_of_a_mailing_is_on_its_page_and_balances(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    text = browser(Role.EDITOR).get("/office/deliveries/1").text
    assert "La somme est juste" in text
    assert "5 sur 7" in text
    assert "n’a pas encore confirmé son inscription" in text
    assert 'hx-get="/office/deliveries/1/progress"' in text


def test_a_mailing_is_paused_resumed_and_cancelled(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    someone = browser(Role.EDITOR)
    states = []
    for act in ("pause", "resume", "cancel"):
        assert someone.post(f"/office/deliveries/1/{act}").location == "/office/deliveries/1"
        with assembly.database.reading() as session:
            states.append(session.scalars(select(MailingRow.state)).one())
    assert states == [MailingState.PAUSED, MailingState.RUNNING, MailingState.CANCELLED]
    assert someone.post("/office/deliveries/1/resume").status_code == 409
    with assembly.database.reading() as session:
        assert [e.action for e in audit.latest(session)] == ["mailing.cancel", "mailing.resume", "mailing.pause"]


def test_undo_is_offered_once_and_only_by_us(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    someone = browser(Role.EDITOR)
    someone.post("/office/deliveries/1/pause")
    shown = someone.get("/office/deliveries/1").text
    assert "L’envoi est en pause" in shown
    assert 'action="/office/deliveries/1/resume"' in shown
    assert "L’envoi est en pause" not in someone.get("/office/deliveries").text
    someone.client.set_cookie("portevoix-notice", "forged", path="/office")
    assert "forged" not in someone.get("/office/deliveries").text


@pytest.mark.parametrize(("act", "state"), [("accepted", DeliveryState.ACCEPTED), ("again", DeliveryState.PLANNED)])
def test_a_person_settles_a_mail_in_doubt_once(
    assembly: Assembly, browser: NewBrowser, act: str, state: DeliveryState
) -> None:
    furnish(assembly)
    someone = browser(Role.EDITOR)
    assert someone.post(f"/office/mails/5/{act}").status_code == 303
    with assembly.database.reading() as session:
        assert session.scalars(select(DeliveryRow.state).where(DeliveryRow.id == 5)).one() is state
    assert someone.post(f"/office/mails/5/{act}").status_code == 409
    assert "Aucun doute en ce moment" in someone.get("/office/mails/uncertain").text


def test_anybody_stops_the_sending_with_a_reason_and_an_administrator_lets_it_go_on(
    assembly: Assembly, browser: NewBrowser
) -> None:
    furnish(assembly)
    care, chief = browser(Role.CARE), browser(Role.ADMINISTRATOR)
    assert care.post("/office/sending/stop", {"reason": "  "}).status_code == 422
    assert care.post("/office/sending/stop", {"reason": "Mauvais  lien <b>\r\ndans la lettre"}).status_code == 303
    with assembly.database.reading() as session:
        switch = delivery.switch(session)
    assert (switch.is_open, switch.reason) == (False, "Mauvais lien <b> dans la lettre")
    assert switch.changed_by == care.account.id
    for address in ("/office", "/office/deliveries", "/office/deliveries/1", "/office/sending"):
        assert "Mauvais lien &lt;b&gt; dans la lettre" in chief.get(address).text
    assert care.post("/office/sending/resume").status_code == 403
    assert chief.post("/office/sending/resume").status_code == 303
    with assembly.database.reading() as session:
        assert delivery.switch(session).is_open


def test_an_editors_words_stand_over_the_sites(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    someone = browser(Role.EDITOR)
    fields = {"title": "Iran : libérez-les", "intro": "Deux phrases.", "closes_on": "", "hidden": "on"}
    assert someone.post("/office/content/1", fields).status_code == 303
    shown = someone.get("/office/content/1").text
    assert 'value="Iran : libérez-les"' in shown
    assert "Introduction coupée" not in shown
    assert "Écarté" in shown
    wrong = someone.post("/office/content/2", {"title": "x" * 301, "intro": "Gardée", "closes_on": "demain"})
    assert wrong.status_code == 422
    assert "Gardée" in wrong.text
    assert wrong.text.count('aria-invalid="true"') == 2
    assert someone.post("/office/content/99", {"title": "x", "intro": "", "closes_on": ""}).status_code == 404


def test_an_unknown_tag_is_named_once_and_for_all(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    someone = browser(Role.EDITOR)
    wrong = someone.post("/office/content/tags/name", {"folded": "sahel", "term": "Atlantide"})
    assert wrong.status_code == 422
    assert "Atlantide" in wrong.text
    assert someone.post("/office/content/tags/name", {"folded": "sahel", "term": "iran"}).status_code == 303
    assert "Toutes les étiquettes sont connues" in someone.get("/office/content/tags").text
    with assembly.database.reading() as session:
        meant = session.scalars(select(TermAliasRow.term_id).where(TermAliasRow.folded == "sahel")).all()
    assert meant == [1]


def test_an_unknown_tag_is_ignored(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    assert browser(Role.EDITOR).post("/office/content/tags/ignore", {"folded": "sahel"}).status_code == 303
    with assembly.database.reading() as session:
        assert session.scalars(select(UnknownTagRow.ignored)).all() == [True]


def test_a_feed_is_followed_paused_and_taken_up_again(assembly: Assembly, browser: NewBrowser) -> None:
    someone = browser(Role.EDITOR)
    fields = {
        "name": "Nouvelles",
        "url": "https://www.exemple.be/a.xml",
        "kind": "news",
        "language": "fr",
        "interval": "60",
    }
    assert someone.post("/office/feeds/new", fields).location == "/office/feeds"
    assert "« Nouvelles » est suivi" in someone.get("/office/feeds").text.replace("\u00a0", " ")
    again = someone.post("/office/feeds/new", fields | {"name": "Autre"})
    assert (again.status_code, "déjà celui d’un flux suivi" in again.text) == (422, True)
    for act, is_active in (("pause", False), ("resume", True)):
        assert someone.post(f"/office/feeds/1/{act}").status_code == 303
        with assembly.database.reading() as session:
            assert session.scalars(select(FeedRow.is_active)).one() is is_active


@pytest.mark.parametrize(
    "change",
    [{"name": ""}, {"url": "javascript:alert(1)"}, {"url": "spip.php?page=backend"}, {"kind": "gossip"}],
)
def test_a_feed_that_cannot_be_followed_is_said_at_its_field_and_nothing_is_lost(
    assembly: Assembly, browser: NewBrowser, change: dict[str, str]
) -> None:
    fields = {
        "name": "Nouvelles",
        "url": "https://www.exemple.be/a.xml",
        "kind": "news",
        "language": "fr",
        "interval": "60",
    }
    answer = browser(Role.EDITOR).post("/office/feeds/new", fields | change)
    assert answer.status_code == 422
    assert "error-summary" in answer.text
    assert 'value="Nouvelles"' in answer.text or change == {"name": ""}
    with assembly.database.reading() as session:
        assert session.scalars(select(FeedRow)).all() == []


def test_reading_a_feed_now_says_why_it_could_not(app: Flask, assembly: Assembly, browser: NewBrowser) -> None:
    someone = browser(Role.EDITOR)
    fields = {"name": "Privé", "url": "http://127.0.0.1:9/a.xml", "kind": "news", "language": "fr", "interval": "60"}
    assert someone.post("/office/feeds/new", fields).status_code == 303
    assert someone.post("/office/feeds/1/fetch").status_code == 303
    shown = someone.get("/office/feeds").text
    assert "n’a pas pu être lu" in shown
    assert "réseau privé" in shown


def test_the_palette_offers_what_the_role_may_reach(browser: NewBrowser) -> None:
    assert "/office/supporters" in browser(Role.CARE).get("/office/palette").text
    shown = browser(Role.EDITOR).get("/office/palette").text
    assert "/office/supporters" not in shown
    assert "/office/content/tags" in shown


def test_the_palette_finds_people_for_those_who_may_see_them(assembly: Assembly, browser: NewBrowser) -> None:
    furnish(assembly)
    care = browser(Role.CARE)
    found = care.post("/office/palette/people", {"text": "lecteur-4"}).text
    assert re.findall('data-href="([^"]*)"', found)[0] == "/office/supporters/5"
    assert "option" not in care.post("/office/palette/people", {"text": "l"}).text
    assert browser(Role.EDITOR).post("/office/palette/people", {"text": "lecteur-4"}).status_code == 403


@pytest.mark.parametrize(
    ("filters", "titles"),
    [
        ("state=truncated", ["Iran : des centaines d’arrestations"]),
        ("state=hidden", ["Écrire encore"]),
        ("state=edited", ["Écrire encore"]),
        ("state=open&kind=event", ["Marche pour les droits"]),
        ("country=iran&theme=discriminations", ["Iran : des centaines d’arrestations"]),
        ("country=iran&kind=event", []),
        ("text=defenseur", ["Libérez les défenseur·es des droits"]),
        ("state=nonsense&kind=nonsense&country=nowhere", 4),
    ],
)
def test_filters_pick_what_their_sentence_says(
    assembly: Assembly, browser: NewBrowser, filters: str, titles: list[str] | int
) -> None:
    furnish(assembly)
    shown = browser(Role.EDITOR).get(f"/office/content?{filters}").text
    found = re.findall(r'<td class="wide-cell">(?:<img[^>]*>)?<a href="[^"]*">([^<]*)</a>', shown)
    plain = [unescape(title).replace("\u00a0", " ") for title in found]
    assert (len(plain) if isinstance(titles, int) else plain) == titles
