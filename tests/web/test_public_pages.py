"""The supporters' pages as a visitor meets them: sign up, confirm, choose, leave."""

from __future__ import annotations

import re
import time
from dataclasses import replace

import pytest

from crm.assembly import Assembly
from crm.consent import service as consent
from crm.consent.model import Act, Way
from crm.foundation.signing import TokenPurpose
from crm.foundation.templating import TEMPLATES
from crm.values.languages import Language
from tests.web.supporters import Site, hidden, words_of
from tests.web.whole_database import digest

MARIE = "marie@exemple.be"


@pytest.fixture
def site(assembly: Assembly) -> Site:
    return Site.open(assembly)


def test_the_whole_way_of_a_supporter(site: Site) -> None:
    assert "Les nouvelles" in site.client.get("/").text
    answer = site.fill_in(MARIE, "news", first_name="Marie")
    assert answer.status_code == 200
    assert MARIE in answer.text
    assert site.allowed() == []
    link = site.path(site.letters("confirm")[0])
    assert "Confirmer" in site.client.get(link).text
    assert site.allowed() == []
    site.clock.later(minutes=1)
    assert "C’est confirmé" in site.client.post(link).text
    assert site.allowed() == [MARIE]
    leave = site.link(TokenPurpose.UNSUBSCRIBE, MARIE)
    assert "m…@exemple.be" in site.client.get(leave).text
    assert site.allowed() == [MARIE]
    site.clock.later(minutes=1)
    done = site.client.post(leave, data={"action": "withdraw"})
    assert done.status_code == 200
    assert "Vous ne recevrez plus « Les nouvelles » à l’adresse m…@exemple.be." in words_of(done.text)
    assert site.allowed() == []
    assert "C’était déjà fait" in site.client.post(leave, data={"action": "withdraw"}).text
    assert "Ce lien ne sert plus" in site.client.post(link).text
    assert site.allowed() == []


def test_nothing_is_ticked_beforehand_and_what_is_shown_is_what_is_recorded(site: Site) -> None:
    page = site.client.get("/inscription").text
    assert "checked" not in page
    site.fill_in(MARIE, "news", "urgent")
    with site.assembly.database.reading() as session:
        history = consent.history(session, site.person(MARIE).id)
        notices = consent.notices(session, [e.notice_id for e in history if e.notice_id])
    assert len(notices) == 2
    for notice in notices.values():
        for line in notice.text.splitlines():
            assert " ".join(line.split()) in words_of(page)


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": "", "purpose": ["news"]}, {"email"}),
        ({"email": "marie", "purpose": ["news"]}, {"email"}),
        ({"email": MARIE, "purpose": []}, {"purposes"}),
        ({"email": MARIE, "purpose": ["nothing-we-offer"]}, {"purposes"}),
        ({"email": "x" * 5000, "purpose": [], "first_name": "http://spam"}, {"email", "purposes", "first_name"}),
    ],
)
def test_errors_stand_at_their_field_and_nothing_is_lost(site: Site, typed: dict[str, object], wrong: set[str]) -> None:
    shown = site.client.get("/inscription").text
    site.clock.later(seconds=10)
    before = digest(site.assembly)
    sent = {"form": hidden(shown, "form"), "first_name": "Éloïse <3", "language": "nl", "age": "18+"} | typed
    answer = site.client.post("/inscription", data=sent)
    assert answer.status_code == 422
    assert set(re.findall(r'id="([a-z_]+)-error"', answer.text)) == wrong | {"first_name"}
    assert set(re.findall(r'href="#([a-z_]+)"', answer.text)) - {"main"} == wrong | {"first_name"}
    assert 'value="nl" lang="nl" selected' in answer.text
    assert ('value="news" checked' in answer.text) is ("news" in str(typed["purpose"]))
    assert 'value="18+" checked' in answer.text
    assert "<3" not in answer.text
    assert digest(site.assembly) == before


def test_the_form_takes_three_seconds_and_lives_a_day(site: Site) -> None:
    before = digest(site.assembly)
    quick = site.fill_in(MARIE, "news", seconds=1)
    assert quick.status_code == 422
    assert MARIE in quick.text
    assert digest(site.assembly) == before
    site.clock.later(seconds=5)
    again = {"form": hidden(quick.text, "form"), "email": MARIE, "purpose": "news", "age": "18+"}
    assert site.client.post("/inscription", data=again).status_code == 200
    assert len(site.letters("confirm")) == 1
    late = site.fill_in("jean@exemple.be", "news", seconds=24 * 3600 + 5)
    assert late.status_code == 422
    site.clock.later(seconds=5)
    again = {"form": hidden(late.text, "form"), "email": "jean@exemple.be", "purpose": "news", "age": "18+"}
    assert site.client.post("/inscription", data=again).status_code == 200
    assert len(site.letters("confirm")) == 2


@pytest.mark.parametrize("form", ["", "x", "WyJzaWduLXVwIiwwLCJ4Il0.AAAA"])
def test_a_form_that_is_not_ours_writes_nothing(site: Site, form: str) -> None:
    before = digest(site.assembly)
    assert site.fill_in(MARIE, "news", form=form).status_code == 422
    stolen = site.assembly.links.sign(TokenPurpose.PREFERENCES, ["sign-up", int(site.clock.now.timestamp()), "x"])
    assert site.fill_in(MARIE, "news", form=stolen).status_code == 422
    assert digest(site.assembly) == before


def test_words_that_changed_since_the_page_was_opened_are_shown_again(site: Site) -> None:
    shown = site.client.get("/inscription").text
    site.clock.later(seconds=10)
    with site.assembly.database.transaction() as session:
        old = consent.purposes(session)[0]
        consent.put_purpose(
            session, type(old)(code="news", names=old.names, promises={"fr": "D’autres mots."}, position=1)
        )
    sent = {"form": hidden(shown, "form"), "email": MARIE, "purpose": "news", "age": "18+"}
    answer = site.client.post("/inscription", data=sent)
    assert answer.status_code == 422
    assert "D’autres mots." in answer.text
    assert site.letters("confirm") == []


def test_a_program_that_fills_every_field_believes_it_succeeded(site: Site) -> None:
    before = digest(site.assembly)
    trapped = site.fill_in(MARIE, "news", website="https://spam.example")
    assert digest(site.assembly) == before
    person = site.fill_in(MARIE, "news")
    assert (trapped.status_code, trapped.text) == (person.status_code, person.text)


def test_a_known_address_gets_the_same_answer_as_an_unknown_one(site: Site) -> None:
    site.subscribe(MARIE, "news", "urgent")
    site.fill_in("jean@exemple.be", "news")
    site.clock.later(minutes=1)
    answers = [
        site.fill_in(address, "news", first_name="Marie")
        for address in (MARIE, "jean@exemple.be", "noel@exemple.be", "noel@exemple.be")
    ]
    seen = {
        (a.status_code, str(a.headers).replace(a.headers["Content-Length"], ""), re.sub(r"\w+@exemple.be", "@", a.text))
        for a in answers
    }
    assert len(seen) == 1
    assert len(site.letters("already")) == 1


def test_the_answer_takes_a_whole_number_of_steps_whoever_is_known(site: Site) -> None:
    site.subscribe(MARIE, "news")
    site.client.application.config["EVEN_PACE_SECONDS"] = 0.3
    for address in (MARIE, "noel@exemple.be"):
        started = time.monotonic()
        assert site.fill_in(address, "news").status_code == 200
        assert time.monotonic() - started >= 0.3


def test_sending_the_form_twice_is_sending_it_once(site: Site) -> None:
    site.fill_in(MARIE, "news")
    after_one = digest(site.assembly)
    site.fill_in(MARIE, "news")
    assert digest(site.assembly) == after_one


def test_the_second_wish_of_a_day_is_offered_unticked_on_the_confirmation_page(site: Site) -> None:
    site.fill_in(MARIE, "news")
    site.fill_in(MARIE, "urgent")
    link = site.path(site.letters("confirm")[0])
    page = site.client.get(link).text
    assert "checked" not in page
    site.clock.later(minutes=1)
    site.client.post(link, data={"also": [hidden(page, "also"), "²", "9" * 30, "-1"]})
    assert (site.allowed("news"), site.allowed("urgent")) == ([MARIE], [MARIE])


def test_preferences_stop_at_once_and_start_by_letter(site: Site) -> None:
    site.subscribe(MARIE, "news")
    link = site.link(TokenPurpose.PREFERENCES, MARIE)
    page = site.client.get(link).text
    assert re.findall(r'value="(\w+)" checked', page) == ["news"]
    answer = site.client.post(f"{link}?lang=fr", data={"purpose": "urgent", "first_name": "Marie", "language": "nl"})
    said = words_of(answer.text)
    assert "Vous ne recevez plus « Les nouvelles »." in said
    assert "Vous demandez « Les actions urgentes »" in said
    assert "Nederlands" in said
    assert (site.allowed("news"), site.allowed("urgent")) == ([], [])
    assert site.person(MARIE).language is Language.NL
    assert len(site.letters("confirm")) == 2
    wrong = site.client.post(link, data={"purpose": "news", "first_name": "http://x", "language": "nl"})
    assert wrong.status_code == 422
    assert re.findall(r'value="(\w+)" checked', wrong.text) == ["news"]


def test_taking_it_back_asks_by_letter(site: Site) -> None:
    site.subscribe(MARIE, "news")
    link = site.link(TokenPurpose.UNSUBSCRIBE, MARIE, delivery_id=41)
    site.client.post(link, data={"action": "withdraw"})
    with site.assembly.database.reading() as session:
        last = consent.history(session, site.person(MARIE).id)[-1]
    assert (last.act, last.way, last.evidence) == (Act.WITHDRAWN, Way.UNSUBSCRIBE_PAGE, {"delivery": 41})
    site.clock.later(minutes=1)
    answer = site.client.post(link, data={"action": "take-back"})
    assert "Nous venons d’écrire à m…@exemple.be" in words_of(answer.text)
    assert site.allowed() == []
    again = site.client.post(link, data={"action": "take-back"})
    assert "déjà écrit aujourd’hui" in again.text
    site.clock.later(minutes=1)
    site.client.post(site.path(site.letters("confirm")[1]))
    assert site.allowed() == [MARIE]


@pytest.mark.parametrize(
    ("address", "wanted", "spoken"),
    [
        ("/", "nl-BE,nl;q=0.9", "nl"),
        ("/", "de", "de"),
        ("/", "es,en;q=0.5", "en"),
        ("/", "es", "fr"),
        ("/?lang=en", "nl", "en"),
        ("/?lang=xx", "nl", "nl"),
        ("/inscription", "", "fr"),
    ],
)
def test_a_page_speaks_the_language_asked_for_else_the_browser_s(
    site: Site, address: str, wanted: str, spoken: str
) -> None:
    answer = site.client.get(address, headers={"Accept-Language": wanted})
    assert f'<html lang="{spoken}">' in answer.text
    assert answer.headers["Content-Language"] == spoken
    for language in Language:
        assert f'href="{address.partition("?")[0]}?lang={language}"' in answer.text


def test_the_motto_greets_those_who_speak_its_language(assembly: Assembly) -> None:
    settings = assembly.settings
    named = settings.model_copy(update={"organisation": settings.organisation.model_copy(update={"motto": "Ensemble"})})
    site = Site.open(replace(assembly, settings=named))
    assert "<h1>Ensemble</h1>" in site.client.get("/?lang=fr").text
    assert "Ensemble" not in site.client.get("/?lang=nl").text


def test_personal_pages_speak_the_person_s_own_language_and_are_nobody_else_s(site: Site) -> None:
    site.fill_in(MARIE, "news", language="nl")
    site.clock.later(minutes=1)
    site.client.post(site.path(site.letters("confirm")[0]))
    for purpose in (TokenPurpose.UNSUBSCRIBE, TokenPurpose.PREFERENCES):
        answer = site.client.get(site.link(purpose, MARIE), headers={"Accept-Language": "fr"})
        assert answer.headers["Content-Language"] == "nl"
        assert "Het nieuws" in answer.text
        assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Cache-Control"] == "no-store"
        assert MARIE not in answer.text


def test_every_page_with_its_styles_is_under_thirty_kilobytes_and_runs_no_script(site: Site) -> None:
    person = site.subscribe(MARIE, "news")
    styles = len((TEMPLATES / "static" / "public.css").read_bytes()) + len(site.client.get("/theme.css").data)
    assert person.language is Language.FR
    for address in (
        "/",
        "/inscription",
        "/archives",
        site.path(site.letters("confirm")[0]),
        site.link(TokenPurpose.UNSUBSCRIBE, MARIE),
        site.link(TokenPurpose.PREFERENCES, MARIE),
        "/c/nothing",
    ):
        page = site.client.get(address)
        assert len(page.data) + styles < 30_000, address
        for forbidden in ("<script", "<style", " style=", "javascript:", " onclick="):
            assert forbidden not in page.text, address
