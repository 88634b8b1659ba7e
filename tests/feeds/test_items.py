"""An item comes out as its author meant it: plain words, safe links, true dates."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailing.feeds.parsing import parse
from mailing.feeds.plain_text import introduction, plain
from tests.feeds.writing import item, only, rss

TITLES = {
    "&lt;script&gt;alert(1)&lt;/script&gt;Bonjour": "Bonjour",
    "<![CDATA[<script>alert(1)</script>Bonjour <b>vous</b>]]>": "Bonjour vous",
    "Bonjour <b>vous</b>": "Bonjour vous",
    "&amp;lt;script&amp;gt;alert(1)&amp;lt;/script&amp;gt;Bonjour": "Bonjour",
    "&lt;img src=x onerror=alert(1)&gt;Bonjour": "Bonjour",
    "&lt;a href='javascript:alert(1)'&gt;Bonjour&lt;/a&gt;": "Bonjour",
    "&lt;&lt;b&gt;i&gt;Bonjour": "Bonjour",
    "=?utf-8?q?Bonjour=0ABcc:_x@y.example?=": "=?utf-8?q?Bonjour=0ABcc:_x@y.example?=",
    "Bonjour&#10;Bcc: x@y.example": "Bonjour Bcc: x@y.example",
    "Bon&#8238;jour\x07&#0;&#x1;": "Bonjour",
    "L&#146;&#233;t&eacute; &nbsp;&amp;amp; l&#8217;hiver": "L’été \u00a0& l’hiver",
    "Radio & t&eacute;l&eacute; <3": "Radio & télé <3",
    "Écrire &amp;laquo;&amp;nbsp;oui&amp;nbsp;&amp;raquo;": "Écrire «\u00a0oui\u00a0»",
    "  sur \n deux   lignes ": "sur deux lignes",
}


@pytest.mark.parametrize("written", TITLES)
def test_a_title_comes_out_as_plain_words(written: str) -> None:
    assert only(rss(item(written))).title == TITLES[written]


LINKS = {
    "https://site.example/a?x=1&lang=fr&copy=2": "https://site.example/a?x=1&lang=fr&copy=2",
    "https://site.example/a?x=1&amp;lang=fr": "https://site.example/a?x=1&lang=fr",
    "<![CDATA[https://site.example/a?x=1&lang=fr]]>": "https://site.example/a?x=1&lang=fr",
    "/spip.php?article12": "https://site.example/spip.php?article12",
    "spip.php?article12": "https://site.example/spip.php?article12",
    "//autre.example/x": "https://autre.example/x",
    "\n https://site.example/a \n": "https://site.example/a",
    "HTTPS://site.example/a": "https://site.example/a",
}


@pytest.mark.parametrize("written", LINKS)
def test_a_link_comes_out_whole(written: str) -> None:
    assert only(rss(item(link=written))).link == LINKS[written]


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (item(link="javascript:alert(1)"), "« Un titre ») : le lien n’est pas une adresse web"),
        (item(link="java\tscript:alert(1)"), "« Un titre ») : le lien n’est pas une adresse web"),
        (item(link="data:text/html,x"), "« Un titre ») : le lien n’est pas une adresse web"),
        (item(link="https://moi:secret@site.example/"), "« Un titre ») : le lien n’est pas une adresse web"),
        (item(link="https://site.example/" + "a" * 2000), "« Un titre ») : le lien n’est pas une adresse web"),
        (item(link=""), "« Un titre ») : pas de lien"),
        (item(title=""), "élément 1 : pas de titre"),
        (item(title="&lt;script&gt;x&lt;/script&gt;"), "élément 1 : pas de titre"),
    ],
)
def test_an_item_one_cannot_use_is_dropped_with_its_reason(bad: str, why: str) -> None:
    feed = parse(rss(bad, item("Bon", "https://site.example/bon")).encode())
    assert [i.title for i in feed.items] == ["Bon"]
    assert len(feed.dropped) == 1
    assert why in feed.dropped[0]


def test_each_item_has_a_key_of_its_own() -> None:
    same = "<guid isPermaLink='false'>1</guid>"
    feed = parse(
        rss(
            item("Un", "https://site.example/1", same),
            item("Deux", "https://site.example/2", same),
            item("Un", "https://site.example/1", same),
            item("Trois", "https://site.example/3"),
        ).encode()
    )
    assert [i.key for i in feed.items] == ["1", "https://site.example/2", "https://site.example/3"]
    assert feed.dropped == ("élément 3 (« Un ») : déjà dans le flux",)


def test_a_permanent_identifier_stands_in_for_a_missing_link() -> None:
    text = rss("<item><title>Un</title><guid>https://site.example/1</guid></item>")
    assert only(text).link == "https://site.example/1"


DATES = {
    "<dc:date>2025-02-12T23:00:00Z</dc:date>": datetime(2025, 2, 12, 23, 0, tzinfo=UTC),
    "<pubDate>Thu, 13 Feb 2025 10:00:00 +0100</pubDate>": datetime(2025, 2, 13, 9, 0, tzinfo=UTC),
    "<pubDate>jeu., 13 févr. 2025 10:00:00 +0100</pubDate>": datetime(2025, 2, 13, 9, 0, tzinfo=UTC),
    "<pubDate>jeudi 13 février 2025</pubDate>": datetime(2025, 2, 12, 23, 0, tzinfo=UTC),
    "<pubDate>1er août 2025 à 10h30</pubDate>": datetime(2025, 8, 1, 8, 30, tzinfo=UTC),
    "<pubDate>13 Fév 2025 09:00:00 GMT</pubDate>": datetime(2025, 2, 13, 9, 0, tzinfo=UTC),
    "<dc:date>2099-01-01T00:00:00Z</dc:date>": datetime(2099, 1, 1, tzinfo=UTC),
    "<pubDate>demain</pubDate>": None,
    "<pubDate>31 février 2025</pubDate>": None,
    "<dc:date>9999-99-99T99:99:99Z</dc:date>": None,
    "<dc:date>0001-01-01T00:00:00Z</dc:date>": None,
    "": None,
}


@pytest.mark.parametrize("written", DATES)
def test_a_date_keeps_its_instant(written: str) -> None:
    assert only(rss(item(more=written))).published_at == DATES[written]


def test_an_event_says_when_where_and_what() -> None:
    found = only(
        rss(
            item(
                more="<ev:startdate>2026-11-28T18:30:00Z</ev:startdate><ev:enddate>2026-12-01</ev:enddate>"
                "<ev:location>Brabant &lt;b&gt;wallon&lt;/b&gt;</ev:location><ev:type>Cinéma, Débat</ev:type>"
            )
        )
    )
    assert (found.starts_on, found.starts_time, found.ends_on) == (date(2026, 11, 28), "19:30", date(2026, 12, 1))
    assert (found.place, found.event_types) == ("Brabant wallon", ("Cinéma", "Débat"))


@pytest.mark.parametrize(
    ("starts", "ends", "expected"),
    [
        ("2026-11-28", "2026-11-20", (date(2026, 11, 28), "", None)),
        ("2026-11-28T00:00:00+01:00", "", (date(2026, 11, 28), "", None)),
        ("2026-11-28T23:30:00Z", "", (date(2026, 11, 29), "00:30", None)),
        ("2026-02-30", "2026-03-01", (None, "", None)),
        ("bientôt", "2026-03-01", (None, "", None)),
    ],
)
def test_an_events_days_are_belgian_and_in_order(starts: str, ends: str, expected: tuple[object, ...]) -> None:
    found = only(rss(item(more=f"<ev:startdate>{starts}</ev:startdate><ev:enddate>{ends}</ev:enddate>")))
    assert (found.starts_on, found.starts_time, found.ends_on) == expected


@pytest.mark.parametrize(
    ("period", "last"),
    [
        ("end=2026-12-10", date(2026, 12, 10)),
        ("start=2026-09-01; end=2026-12-10; scheme=W3C-DTF;", date(2026, 12, 10)),
        ("end=2026-12-10T23:30:00Z", date(2026, 12, 11)),
        ("start=2026-09-01", None),
        ("end=jamais", None),
    ],
)
def test_a_petition_says_until_when_one_can_sign(period: str, last: date | None) -> None:
    assert only(rss(item(more=f"<dcterms:valid>{period}</dcterms:valid>"))).closes_on == last


IMAGES = {
    "<enclosure url='https://site.example/a.jpg' type='image/jpeg' length='1'/>": "https://site.example/a.jpg",
    "<enclosure url='/a.jpg' type='image/jpeg'/>": "https://site.example/a.jpg",
    "<enclosure url='https://site.example/a.pdf' type='application/pdf'/>": "",
    "<description>&lt;img src=&quot;/b.png&quot;&gt; mots</description>": "https://site.example/b.png",
    "<description>&lt;img src='javascript:alert(1)'&gt; mots</description>": "",
    "<description>&lt;img src='data:image/png;base64,AAAA'&gt; mots</description>": "",
    "<content:encoded>&lt;img src='/dot.gif' width=1 height=1&gt;&lt;img src='/c.png'&gt;</content:encoded>": (
        "https://site.example/c.png"
    ),
}


@pytest.mark.parametrize("more", IMAGES)
def test_the_picture_is_the_first_a_reader_sees(more: str) -> None:
    assert only(rss(item(more=more))).image_url == IMAGES[more]


INTROS = {
    "Un texte (…)": ("Un texte", True),
    "Un texte\u00a0(...)": ("Un texte", True),
    "Un texte [&amp;#8230;]": ("Un texte", True),
    "&lt;p&gt;Un&lt;/p&gt;&lt;p&gt;deux&lt;br/&gt;trois&lt;/p&gt;": ("Un deux trois", False),
    "Fin - &lt;a rel='directory'&gt;R&lt;/a&gt; / &lt;a rel='tag'&gt;M&lt;/a&gt;, &lt;a rel=tag&gt;N&lt;/a&gt;": (
        "Fin",
        False,
    ),
    "&lt;p&gt;Fin (…)&lt;/p&gt; - &lt;a rel='directory'&gt;R&lt;/a&gt;": ("Fin", True),
    "Sans rubrique - et une suite": ("Sans rubrique - et une suite", False),
    "&lt;style&gt;p{}&lt;/style&gt;&lt;script&gt;x()&lt;/script&gt;Fin": ("Fin", False),
}


@pytest.mark.parametrize("written", INTROS)
def test_an_introduction_is_what_the_author_wrote(written: str) -> None:
    found = only(rss(item(more=f"<description>{written}</description>")))
    assert (found.intro, found.intro_truncated) == INTROS[written]


def test_a_whole_text_stands_in_for_a_missing_introduction_and_is_called_cut() -> None:
    found = only(rss(item(more=f"<content:encoded>{'mot ' * 2000}</content:encoded>")))
    assert found.intro_truncated
    assert 1900 < len(found.intro) <= 2000


TAGLIKE = re.compile(r"<[A-Za-z/!?]|[\x00-\x08\x0a-\x1f]")
HTML = st.lists(
    st.sampled_from(["<", ">", "&lt;", "&amp;lt;", "&gt;", "script", "b", "/", "!--", "]]>", " ", "é", "&#60;", "(…)"])
    | st.text(max_size=3),
    max_size=30,
).map("".join)


@given(HTML)
def test_no_markup_survives(html: str) -> None:
    text = plain(html, at_most=200)
    assert not TAGLIKE.search(text)
    assert len(text) <= 200
    intro = introduction(html, at_most=200)
    assert not TAGLIKE.search(intro.text)
