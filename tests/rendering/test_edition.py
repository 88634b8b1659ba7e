"""An edition becomes one mail for all its readers, whatever editors and feeds wrote."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email.message import Message

import pytest
from premailer import Premailer

from crm.values.languages import Language
from mailing.composition.model import Edition, Section
from mailing.content.model import ContentKind
from mailing.rendering import inline_css, service
from mailing.rendering.checks import findings
from mailing.rendering.errors import TwoFallbacks, UnknownPlaceholder
from mailing.rendering.fill import fill_html, fill_text
from mailing.rendering.markup import Element, elements
from mailing.rendering.model import RenderedEmail, Slot
from mailing.rendering.slots import slots_in
from tests.approved_files import check_approved
from tests.rendering.samples import (
    BLOCKS,
    FULL,
    MINIMAL,
    NEWSLETTER,
    ORGANISATION,
    PUBLIC_URL,
    READER,
    block,
    item,
    picture,
)


def rendered(edition: Edition = FULL, *, is_test: bool = False, language: Language = Language.FR) -> RenderedEmail:
    return service.render_edition(
        edition, replace(NEWSLETTER, language=language), ORGANISATION, public_url=PUBLIC_URL, is_test=is_test
    )


def news(title: str = "Un titre", intro: str = "Une introduction", *, is_cut: bool = False) -> Edition:
    """An edition with one story from the library."""
    story = item(ContentKind.ARTICLE, "x", title, intro, intro_truncated=is_cut)
    return replace(FULL, blocks=(block(Section.NEWS, story),))


def page(mail: RenderedEmail) -> list[Element]:
    return elements(fill_html(mail.html, READER))


@pytest.mark.parametrize(("name", "edition"), [("edition", FULL), ("edition-minimal", MINIMAL)])
def test_an_edition_is_what_was_approved(name: str, edition: Edition) -> None:
    mail = rendered(edition)
    check_approved(f"mails/{name}.html", mail.html)
    check_approved(f"mails/{name}.txt", mail.text)


@pytest.mark.parametrize("edition", [FULL, MINIMAL], ids=["full", "minimal"])
@pytest.mark.parametrize("language", Language)
def test_a_good_edition_passes_every_check_in_every_language(edition: Edition, language: Language) -> None:
    mail = rendered(replace(edition, preheader="Une pétition et trois rendez-vous"), language=language)
    assert findings(mail) == ()
    assert f'lang="{language}"' in mail.html


def test_a_full_edition_weighs_far_less_than_what_is_cut() -> None:
    blocks = tuple(replace(b, intro=b.intro + " Et encore quelques mots." * 20) for b in BLOCKS * 3)
    assert len(rendered(replace(FULL, blocks=blocks)).html.encode()) < 100_000


def test_premailer_works_once_for_an_edition(monkeypatch: pytest.MonkeyPatch) -> None:
    turns = []

    class Counting(Premailer):  # type: ignore[misc] # premailer has no types
        def transform(self, *args: object, **kwargs: object) -> object:
            turns.append(1)
            return super().transform(*args, **kwargs)

    monkeypatch.setattr(inline_css, "Premailer", Counting)
    inline_css.inlined.cache_clear()
    rendered(news("Un titre que personne n’a encore lu"))
    assert len(turns) == 1


def test_everything_is_asked_of_one_place_and_nothing_tracks() -> None:
    html = rendered().html
    sources = [e.attributes["src"] for e in elements(html) if e.name == "img"]
    assert sources == [picture(1), picture(2), picture(3)]
    assert not re.search(r"@import|@font-face|<script|<link|<form|url\(", html)


def test_each_picture_has_its_size_and_a_colour_for_when_it_is_blocked() -> None:
    for image in (e for e in elements(rendered().html) if e.name == "img"):
        assert (image.attributes["width"], image.attributes["height"]) in [("600", "338"), ("192", "108")]
        assert "background-color:#e4e4e0" in (image.attributes["style"] or "")


def test_each_card_has_one_link() -> None:
    links = [e.attributes["href"] for e in elements(rendered().html) if e.name == "a"]
    for shown in BLOCKS:
        assert links.count(shown.url) == 1


def test_what_only_some_programs_know_survives() -> None:
    html = rendered().html
    assert "@media (prefers-color-scheme: dark) {" in html
    assert "@media only screen and (max-width: 619px) {" in html
    assert "[data-ogsc] .wordmark" in html
    assert html.count("<!--[if mso]>") > 5
    assert html.count("<!--[if !mso]><!-->") == html.count("<!--<![endif]-->") == html.count("<v:rect ")
    assert " !important" in html


def test_the_text_reads_like_a_letter() -> None:
    text = fill_text(rendered().text, READER)
    assert all(len(line) <= 72 or line.startswith("https://") for line in text.splitlines())
    assert "\n\n\n\n" not in text
    assert text == text.strip() + "\n"
    assert not re.search(r"[ \t]$|[<>]|&\w+;|zqslot", text, re.MULTILINE)
    for line in text.splitlines():
        assert "http" not in line or re.fullmatch(r"https://\S+", line)
    for shown in BLOCKS:
        assert shown.url in text.splitlines()


def test_a_reader_is_called_by_name_or_by_the_editors_word_for_nobody() -> None:
    mail = rendered()
    assert mail.first_name_fallback == "ami·e"
    assert "Bonjour Camille," in fill_text(mail.text, READER)
    for nobody in ("", "  ", "\n"):
        assert "Bonjour ami·e," in fill_text(mail.text, READER | {Slot.FIRST_NAME: nobody})
        assert "Bonjour ami·e,</p>" in fill_html(mail.html, READER | {Slot.FIRST_NAME: nobody})


def test_a_name_is_text_wherever_it_stands() -> None:
    html = fill_html(rendered().html, READER | {Slot.FIRST_NAME: '<b onload="x">&\u202eZoé'})
    assert "Bonjour &lt;b onload=&quot;x&quot;&gt;&amp;Zoé," in html


def test_placeholders_are_known_whatever_their_case_accents_and_spaces() -> None:
    opening = "Lettre ((NUMERO)) du (( date )), ((Prénom)) et ((prenom|vous)) !"
    text = fill_text(rendered(replace(FULL, greeting="", opening=opening)).text, READER)
    assert "Lettre 12 du 26 novembre 2026, Camille et Camille\u202f!" in text


@pytest.mark.parametrize("field", ["subject", "preheader", "greeting", "opening"])
def test_an_unknown_placeholder_is_refused_by_name(field: str) -> None:
    with pytest.raises(UnknownPlaceholder, match=r"\(\(inconnu\)\)") as refused:
        rendered(replace(FULL, **{field: "Bonjour ((inconnu|toi)),"}))  # type: ignore[arg-type] # one text field
    assert refused.value.field == field


def test_a_subject_may_call_its_reader_and_lists_show_it_without_a_name() -> None:
    personal = replace(FULL, subject="((prénom)), voici la lettre ((numéro))")
    mail = rendered(personal)
    assert fill_text(mail.subject, READER) == "Camille, voici la lettre 12"
    assert service.public_subject(personal, NEWSLETTER) == "ami·e, voici la lettre 12"
    assert "<title>Camille, voici la lettre 12</title>" in fill_html(mail.html, READER)
    assert findings(mail) == ()


def test_two_words_for_nobody_are_one_too_many() -> None:
    with pytest.raises(TwoFallbacks):
        rendered(replace(FULL, opening="((prénom|toi)), lisez."))


def test_only_editors_words_hold_placeholders() -> None:
    text = rendered(news("Titre ((inconnu))", "Texte ((prénom))")).text
    assert "Titre ((inconnu))" in text
    assert "Texte ((prénom))" in text
    with pytest.raises(UnknownPlaceholder):
        rendered(replace(FULL, blocks=(block(Section.DONATE, title="((montant))", url="https://x.example/"),)))


HOSTILE = [
    "<script>alert(1)</script><b>gras</b>",
    "=?utf-8?q?=0ABcc=3A_x?=",
    "{{ 7*7 }}{% for x in y %}{{ organisation }}",
    "zqslot-unsubscribe-url-qz",
    "zqslot-first-name-x41-qz",
    "مرحبا بالعالم \u202e gnitsur",
    "🕯️👩🏽‍🚒 Ensemble",
    "--><img src=x onerror=alert(1)>",
    "\x00\x08nul\x1b[31m \ud800 \ufffe fin",
    "A" * 5000,
    "%(name)s %s &amp; &lt;",
    "</style></title></td></table>",
]


@pytest.mark.parametrize("words", HOSTILE)
def test_hostile_words_stay_words(words: str) -> None:
    tame = replace(FULL, blocks=(*BLOCKS, block(Section.PETITIONS, title="X", intro="Y", url="https://x.example/")))
    shape = [e.name for e in page(rendered(tame))]
    wild = replace(
        FULL,
        blocks=(*BLOCKS, block(Section.PETITIONS, title=words, intro=words, button=words, url="https://x.example/")),
        subject=words,
        greeting=words,
        preheader=words,
    )
    mail = rendered(wild)
    assert [e.name for e in page(mail)] == shape
    assert slots_in(mail.subject) == slots_in(mail.preheader) == set()
    assert slots_in(mail.html) == slots_in(rendered(replace(tame, greeting="")).html)
    seen = "".join(c for c in words if c not in "\x00\x08\x1b\ud800\ufffe\u202e").replace("zqslot-", "zq\u2060slot-")
    seen = " ".join(seen.split(" "))
    titles = [e.text for e in page(mail) if e.name == "h3"]
    assert re.sub(r"\s+", " ", seen) in [re.sub(r"\s+", " ", title) for title in titles]
    assert "49" not in mail.subject


def test_a_subject_cannot_become_a_header() -> None:
    subject = rendered(replace(FULL, subject="Bonjour\r\nBcc: x@exemple.be\x00")).subject
    assert subject == "Bonjour Bcc: x@exemple.be"
    message = Message()
    message["Subject"] = subject
    assert message.keys() == ["Subject"]


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "data:text/html,x", "//x", "mailto:a@b", "https://u:p@x.example/", ""]
)
def test_a_link_that_is_none_is_left_out(url: str) -> None:
    mail = rendered(replace(FULL, blocks=(block(Section.NEWS, title="Sans lien", url=url),)))
    assert "Sans lien</h3>" in mail.html
    assert not url or url not in mail.html + mail.text
    assert findings(mail) == ()


def test_a_link_cannot_borrow_a_readers_link() -> None:
    mail = rendered(replace(FULL, blocks=(block(Section.NEWS, title="T", url="https://x.example/zqslot-address-qz"),)))
    assert "https://x.example/zqslot%2Daddress-qz" in mail.html
    assert "https://x.example/zqslot%2Daddress-qz" in mail.text


def test_links_in_editors_words_become_links_without_their_full_stop() -> None:
    opening = "Lisez https://x.example/a_(b)?c=1&d=2. Ou (voir HTTPS://x.example/é), pas javascript:alert(1)."
    mail = rendered(replace(FULL, opening=opening))
    links = [e.attributes["href"] or "" for e in page(mail) if e.name == "a"]
    assert [url for url in links if "//x.example" in url] == [
        "https://x.example/a_(b)?c=1&d=2",
        "https://x.example/%C3%A9",
    ]
    assert "\nhttps://x.example/a_(b)?c=1&d=2\n" in mail.text


def test_blank_lines_make_paragraphs_and_line_ends_make_lines() -> None:
    html = rendered(replace(FULL, greeting="", opening="Un.\r\n\r\n\r\nDeux,\ntrois.")).html
    assert "Un.</p>" in html
    assert "Deux,<br>trois.</p>" in html


def test_an_introduction_that_the_site_cut_says_so() -> None:
    assert "des centaines de…" in rendered(news(intro="Elle a sauvé des centaines de", is_cut=True)).text


def test_a_test_sending_says_so_in_its_subject_and_on_its_face() -> None:
    mail = rendered(is_test=True)
    assert mail.subject == f"[Test] {FULL.subject}"
    for part in (mail.html, mail.text):
        assert "Ceci est un test" in part
    assert "essai" not in rendered().html


def test_sections_follow_the_newsletters_layout() -> None:
    backwards = replace(NEWSLETTER, layout=tuple(reversed(NEWSLETTER.layout)))
    mail = service.render_edition(FULL, backwards, ORGANISATION, public_url=PUBLIC_URL)
    titles = [e.text for e in elements(mail.html) if e.name == "h2"]
    assert titles == list(reversed([e.text for e in elements(rendered().html) if e.name == "h2"]))


def test_an_event_says_when_and_where() -> None:
    lasting = item(
        ContentKind.EVENT, "e", "Une semaine", starts_on=date(2026, 12, 1), ends_on=date(2026, 12, 7), place="Namur"
    )
    mail = rendered(replace(FULL, blocks=(block(Section.EVENTS, lasting),)))
    assert "mardi 1er décembre 2026 · jusqu’au 7 décembre · Namur" in mail.text
    assert "jusqu’au 7 décembre · Namur</p>" in mail.html
