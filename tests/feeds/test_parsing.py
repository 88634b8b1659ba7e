"""A feed is read as a reader would, and nothing strangers send does more than be refused."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailing.feeds.errors import NotAFeed
from mailing.feeds.model import ParsedFeed, ParsedItem
from mailing.feeds.parsing import parse
from tests.feeds.writing import item, only, rss

HERE = Path(__file__).parent
SAMPLE = HERE.parents[2] / "shared" / "data" / "spip_backend_sample.xml"


def test_a_feed_of_the_sites_own_kind_comes_in_whole() -> None:
    assert parse((HERE / "spip.xml").read_bytes()) == ParsedFeed(
        title="Voix claire",
        language="fr",
        items=(
            ParsedItem(
                key="https://www.voixclaire.example/infos/article/chili-etat-urgence",
                title="Chili, L'état d'urgence ne peut pas durer\u00a0!",
                link="https://www.voixclaire.example/infos/article/chili-etat-urgence",
                intro="Le gouvernement prolonge l'état d'urgence pour la huitième fois - sans débat, disent les"
                " élu·es de l'«\u00a0opposition\u00a0»",
                author="Service presse, Une plume",
                published_at=datetime(2026, 11, 18, 23, 0, tzinfo=UTC),
                language="fr",
                tags=("Chili", "Liberté d'expression"),
                image_url="https://www.voixclaire.example/local/cache-vignettes/L150xH100/arton7.jpg?1763500000",
            ),
            ParsedItem(
                key="https://www.voixclaire.example/agir/petitions/article/liberez-la-riviere",
                title="Libérez la rivière",
                link="https://www.voixclaire.example/agir/petitions/article/liberez-la-riviere",
                intro='Depuis dix ans, trois villages boivent une eau "impropre" et',
                intro_truncated=True,
                author="Service presse",
                published_at=datetime(2026, 7, 5, 8, 30, tzinfo=UTC),
                language="fr",
                tags=("Pérou",),
            ),
        ),
    )


def test_the_shared_sample_comes_in_whole() -> None:
    if not SAMPLE.exists():
        pytest.skip("no shared sample beside this checkout: only our own fixture was read")
    feed = parse(SAMPLE.read_bytes())
    assert (len(feed.items), feed.dropped) == (9, ())
    assert [i.intro_truncated for i in feed.items].count(True) == 2
    assert all(i.published_at and i.tags and not re.search(r"[<>]|\(…\)|[-/,]$", i.intro) for i in feed.items)


PAGE = "<html><head><title>Erreur 503</title></head><body>Revenez plus tard</body></html>"

REFUSED = {
    "nothing": (b"", "vide"),
    "spaces": (b" \n\t ", "vide"),
    "nulls": (b"\0" * 5000, "vide"),
    "page": (PAGE.encode(), "page web"),
    "page with doctype": (b"<!DOCTYPE html>" + PAGE.encode(), "page web"),
    "xhtml": (b'<?xml version="1.0"?><!DOCTYPE html PUBLIC "x" "y">' + PAGE.encode(), "page web"),
    "page about rss": (PAGE.replace("Revenez", "<rss>").encode(), "page web"),
    "json": (b'{"version": "https://jsonfeed.org/version/1"}', "pas un flux"),
    "picture": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20, "pas un flux"),
    "other xml": (b'<?xml version="1.0"?><sitemap><url/></sitemap>', "pas un flux"),
    "doctype": (rss(item(), head='<!DOCTYPE rss [<!ENTITY a "b">]>').encode(), "refusé"),
    "lone entity": (rss('<!ENTITY a "b">', item()).encode(), "refusé"),
    "doctype in small letters": (rss(item(), head="<!doctype rss>").encode(), "refusé"),
    "doctype around nulls": (rss(item(), head="<!DOC\0TYPE rss>").encode(), "refusé"),
    "doctype in utf-16": (rss(item(), head="<!DOCTYPE rss>").encode("utf-16"), "refusé"),
    "doctype in unmarked utf-16": (rss(item(), head="<!DOCTYPE rss>").encode("utf-16-be"), "refusé"),
    "doctype in utf-32": (rss(item(), head="<!DOCTYPE rss>").encode("utf-32"), "refusé"),
    "utf-7": (b'<?xml version="1.0" encoding="utf-7"?>+ADwAIQ-DOCTYPE+AD4-<rss/>', "codage inconnu"),
    "ebcdic": (b'<?xml version="1.0" encoding="cp037"?><rss/>', "codage inconnu"),
    "unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><rss/>', "codage inconnu"),
    "cut before the first item ends": (rss(item(more="<description>" + "x" * 99)).encode()[:250], "coupé"),
    "six megabytes": (rss("x" * 6_000_000).encode(), "5 Mo"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_no_feed_is_refused_with_a_reason(name: str) -> None:
    body, reason = REFUSED[name]
    with pytest.raises(NotAFeed, match=reason):
        parse(body)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_every_unicode_clothing_is_read(encoding: str) -> None:
    assert only(rss(item("Été à Zürich")).encode(encoding)).title == "Été à Zürich"


@pytest.mark.parametrize("claim", ["utf-8", "iso-8859-1", "windows-1252", "ISO-8859-15", "us-ascii"])
def test_latin_1_is_read_whatever_it_claims(claim: str) -> None:
    text = rss(item("L’été déçu"), head=f'<?xml version="1.0" encoding="{claim}"?>')
    assert only(text.encode("cp1252")).title in ("L’été déçu", "Lété déçu")


def test_a_feed_wrongly_called_utf_16_is_read() -> None:
    assert only(rss(item("Été"), head='<?xml version="1.0" encoding="utf-16"?>')).title == "Été"


@pytest.mark.parametrize(
    "before",
    [
        "\ufeff\n\n",
        "<br />\n<b>Warning</b>: Undefined array key in <b>/site/spip.php</b> on line <b>3</b><br />\n",
        "<!-- cache --> \n",
        '<?xml-stylesheet href="x.xsl"?>',
    ],
)
def test_noise_before_the_feed_is_passed_over(before: str) -> None:
    assert only(before + rss(item())).title == "Un titre"


def test_noise_inside_and_after_the_feed_is_passed_over() -> None:
    noise = "<br /><b>Notice</b>: undefined & <3 \x0b\x00"
    assert only(rss(noise, item(), noise) + noise).title == "Un titre"


def test_a_file_that_breaks_off_keeps_its_whole_items_and_says_so() -> None:
    whole = rss(item("Un", "https://site.example/1"), item("Deux — été", "https://site.example/2")).encode()
    feed = parse(whole[: whole.index(b"t\xc3\xa9") + 2])
    assert [i.title for i in feed.items] == ["Un"]
    assert feed.dropped == ("le flux est coupé : seuls ses éléments entiers sont repris",)
    assert not feed.is_whole


def test_no_more_than_two_hundred_items_come_in() -> None:
    feed = parse(rss(*(item(f"Titre {n}", f"https://site.example/{n}") for n in range(230))).encode())
    assert len(feed.items) == 200
    assert feed.dropped == ("le flux a 230 éléments : les 200 premiers sont repris",)


def test_a_title_of_two_megabytes_is_cut_after_a_word() -> None:
    title = only(rss(item("mot " * 500_000))).title
    assert len(title) <= 300
    assert title.endswith("mot")


def test_undeclared_namespaces_are_understood() -> None:
    found = only(rss(item(more="<dc:subject>Chili</dc:subject><x:y z:w='1'>v</x:y>"), spaces=""))
    assert found.tags == ("Chili",)


def test_atom_is_read_too() -> None:
    found = only(
        '<feed xmlns="http://www.w3.org/2005/Atom"><title>F</title><link href="https://site.example/"/><entry>'
        '<title type="html">L&amp;#8217;été</title><link rel="alternate" href="/a"/><id>tag:a</id>'
        "<author><name>Une plume</name></author><updated>2026-11-20T10:00:00+01:00</updated>"
        '<category term="Chili"/><summary type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>Un</p><p>deux</p>'
        '</div></summary><link rel="enclosure" type="image/png" href="https://site.example/i.png"/></entry></feed>'
    )
    assert found == ParsedItem(
        key="tag:a",
        title="L’été",
        link="https://site.example/a",
        intro="Un deux",
        author="Une plume",
        published_at=datetime(2026, 11, 20, 9, 0, tzinfo=UTC),
        tags=("Chili",),
        image_url="https://site.example/i.png",
    )


def test_rdf_is_read_too() -> None:
    found = only(
        '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/">'
        '<channel rdf:about="x"><title>F</title><link>https://site.example/</link></channel>'
        '<item rdf:about="https://site.example/a"><title>Un</title><link>https://site.example/a</link></item></rdf:RDF>'
    )
    assert (found.key, found.title) == ("https://site.example/a", "Un")


def test_a_feed_without_items_is_a_feed() -> None:
    assert parse(rss().encode()) == ParsedFeed(title="Essai", language="fr", items=())


PIECES = (
    st.sampled_from(
        [
            b"<rss>",
            b"<channel>",
            b"<item>",
            b"</item>",
            b"<title>",
            b"</title>",
            b"<link>",
            b"</link>",
            b"</rss>",
            b"<feed>",
        ]
    )
    | st.sampled_from(
        [
            b"<![CDATA[",
            b"]]>",
            b"&",
            b"<",
            b">",
            b"&#0;",
            b"&lang=",
            b"<entry>",
            b"<dc:date>",
            b"\xff",
            b"\0",
            b"\xfe\xff",
        ]
    )
    | st.sampled_from(
        [b"<?xml version='1.0' encoding='", b"utf-16", b"'?>", b"http://a.example/", b"<x:y z:a='", b"2026-01-01"]
    )
)


@settings(max_examples=400)
@given(st.binary(max_size=400) | st.lists(PIECES | st.binary(max_size=4), max_size=60).map(b"".join))
def test_any_bytes_are_a_feed_or_a_refusal(body: bytes) -> None:
    for wrapped in (body, rss(item(more="@@")).encode().replace(b"@@", body)):
        try:
            feed = parse(wrapped)
        except NotAFeed:
            continue
        assert len({i.key for i in feed.items}) == len(feed.items)
        assert all(i.title and i.link.startswith("http") for i in feed.items)
