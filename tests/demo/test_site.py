"""The demonstration's site speaks as SPIP does, keeps its week up to date, and leads nowhere it cannot answer."""

from __future__ import annotations

import http.client
import json
import re
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit
from wsgiref.util import setup_testing_defaults
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crm.assembly import Assembly
from crm.demo import site_facts
from crm.demo.site import feeds_of, opened, serve, site_app
from crm.demo.site_facts import PICTURES, picture_words, things
from crm.demo.site_week import ANCHOR, ahead, past
from crm.foundation.fetch import Fetcher
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.languages import Language
from jobs import fetch_feeds
from mailing.content import service as content
from mailing.content.model import ContentKind
from mailing.feeds import service as feeds
from mailing.feeds.model import FeedKind, ParsedFeed, ParsedItem
from mailing.feeds.parsing import parse
from tests.conftest import NOW

SITE = "http://127.0.0.1:8003/"
ALL_DAYS = st.dates(min_value=date(2025, 2, 14), max_value=date(2060, 1, 1))
MOMENTS = [
    datetime(2025, 2, 14, 8, tzinfo=UTC),  # the facts' own Friday
    datetime(2026, 11, 23, 9, tzinfo=UTC),
    datetime(2026, 3, 28, 22, 59, 59, tzinfo=UTC),  # the last second before the Sunday on which clocks go forward
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 10, 25, 0, 30, tzinfo=UTC),  # an hour that comes twice
    datetime(2028, 2, 29, 12, tzinfo=UTC),
    datetime(2027, 12, 31, 23, 30, tzinfo=UTC),  # already next year in Brussels
]


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes


def ask(address: str, now: datetime, *, method: str = "GET", sign_up: str = "", **environ: str) -> Answer:
    parts = urlsplit(address)
    given: dict[str, object] = {"PATH_INFO": parts.path, "QUERY_STRING": parts.query, "REQUEST_METHOD": method}
    setup_testing_defaults(given)
    given.update(environ)
    said: list[tuple[str, list[tuple[str, str]]]] = []

    def start(status: str, headers: list[tuple[str, str]], error: object = None) -> object:
        said.append((status, headers))
        return None

    body = b"".join(site_app(lambda: now, SITE, sign_up)(given, start))  # type: ignore[arg-type] # the tests' start_response writes nothing itself
    status, headers = said[0]
    return Answer(int(status[:3]), dict(headers), body)


def read(now: datetime) -> dict[str, ParsedFeed]:
    return {name: parse(ask(url, now).body) for name, url, _ in feeds_of(SITE)}


def written(name: str) -> list[dict[str, object]]:
    folder = Path(site_facts.__file__).with_name("facts")
    found: list[dict[str, object]] = json.loads((folder / f"{name}.json").read_text())
    return found


def item(feed: ParsedFeed, beginning: str) -> ParsedItem:
    return next(i for i in feed.items if i.title.startswith(beginning))


@given(day=st.dates(min_value=date(2020, 1, 1), max_value=date(2027, 1, 1)), today=ALL_DAYS)
def test_a_day_moves_by_whole_weeks_to_the_weeks_around_today(day: date, today: date) -> None:
    assert past(day, ANCHOR) == day or day > ANCHOR
    assert ahead(day, ANCHOR) == day or day < ANCHOR
    assert (past(day, today) - day).days % 7 == (ahead(day, today) - day).days % 7 == 0
    assert past(day, today) <= today <= ahead(day, today)
    if timedelta(0) <= ANCHOR - day < timedelta(weeks=1):
        assert today - past(day, today) < timedelta(weeks=1)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_every_feed_is_whole_and_tells_what_is_expected(now: datetime) -> None:
    told = read(now)
    assert {name: len(feed.items) for name, feed in told.items()} == {
        "Actualités": 6,
        "Fil d’infos": 9,
        "Pétitions": 3,
        "Agenda": 7,
        "Blogs": 3,
    }
    today = brussels_day(now)
    for feed in told.values():
        assert (feed.is_whole, feed.dropped, feed.language) == (True, (), "fr")
        published = [i.published_at for i in feed.items if i.published_at]
        assert len(published) == len(feed.items)
        assert published == sorted(published, reverse=True)
        assert all(at <= now for at in published)
        assert all((at + timedelta(hours=2)).hour in (0, 1) for at in published)
        assert all(i.intro for i in feed.items)
    newest = told["Actualités"].items[0].published_at
    assert newest
    assert now - newest < timedelta(days=7)
    assert all(i.closes_on and i.closes_on > today + timedelta(days=6) for i in told["Pétitions"].items)
    assert all(i.ends_on and i.starts_on and i.starts_on <= i.ends_on >= today for i in told["Agenda"].items)


@pytest.mark.parametrize("now", MOMENTS, ids=str)
def test_every_date_keeps_its_weekday(now: datetime) -> None:
    moved = {thing.number: thing for thing in things(brussels_day(now))}
    fields = {"day": "published_on", "closes_on": "closes_on", "starts_on": "starts_on", "ends_on": "ends_on"}
    checked = 0
    for name in ("news", "wire", "petitions", "events", "blogs"):
        for entry in written(name):
            thing = moved[int(str(entry["number"]))]
            for before, after in fields.items():
                if before in entry:
                    was, now_is = date.fromisoformat(str(entry[before])), getattr(thing, after)
                    assert was.weekday() == now_is.weekday()
                    checked += 1
            if thing.starts_on and thing.ends_on:
                first, last = date.fromisoformat(str(entry["starts_on"])), date.fromisoformat(str(entry["ends_on"]))
                assert thing.ends_on - thing.starts_on == last - first
    assert checked == 24 + 3 + 14


def test_on_the_facts_own_friday_every_date_is_the_written_one() -> None:
    told = read(MOMENTS[0])
    prize = item(told["Actualités"], "Le prix Amnesty Jeunes")
    assert prize.published_at == datetime(2025, 2, 12, 23, tzinfo=UTC)
    march = item(told["Agenda"], "Journée internationale")
    assert (march.starts_on, march.ends_on, march.starts_time) == (date(2025, 3, 8), date(2025, 3, 8), "11:00")
    academy = item(told["Agenda"], "Académie")
    assert (academy.starts_on, academy.ends_on, academy.starts_time) == (date(2025, 2, 6), date(2025, 4, 1), "18:30")
    assert [i.closes_on for i in told["Pétitions"].items] == [date(2025, 2, 26), date(2025, 3, 14), date(2025, 3, 28)]


def test_spip_s_ways_reach_the_reader_tidied() -> None:
    told = read(MOMENTS[1])
    report = item(told["Actualités"], "Israël")
    assert report.tags == ("Israël/Territoire occupé", "Crimes de guerre - Contre l'humanité - Génocide")
    assert report.image_url == f"{SITE}IMG/logo/fenetres.png"
    assert report.intro.endswith("par les forces israéliennes.")
    assert {i.intro_truncated for f in told.values() for i in f.items if f is not told["Pétitions"]} == {False}
    soldiers, migrants, gaza = told["Pétitions"].items
    assert [i.intro_truncated for i in (soldiers, migrants, gaza)] == [False, True, True]
    assert migrants.intro.endswith("des millions d'immigrant·es et")
    assert gaza.intro.endswith("bande de Gaza occupée. La violente")
    assert gaza.tags[:2] == ("Israël/Territoire occupé", "Palestine")
    film = item(told["Agenda"], "Cybersurveillance")
    assert film.event_types == ("Cinéma", "Conférence/Débat")
    assert (film.place, film.starts_time) == ("Brabant wallon", "20:00")
    festival = item(told["Agenda"], "Human Rights Avenue")
    assert (festival.place, festival.event_types) == ("", ())
    assert {i.author for i in told["Blogs"].items} == {"Service presse", "Philippe Hensmans"}
    assert [bool(i.image_url) for i in told["Fil d’infos"].items] == [True] * 4 + [False] * 5


def test_the_wire_carries_news_too_one_of_it_under_another_address() -> None:
    told = read(MOMENTS[1])
    news = {i.title: i.key for i in told["Actualités"].items}
    both = {i.title: i.key for i in told["Fil d’infos"].items if i.title in news}
    assert len(both) == 4
    assert {key for title, key in both.items() if news[title] != key} == {f"{SITE}spip.php?article1004"}


@pytest.mark.parametrize("url", [url for _, url, _ in feeds_of(SITE)])
def test_a_feed_has_spip_s_exact_shape(url: str) -> None:
    body = ask(url, MOMENTS[1]).body
    text = body.decode("ascii")
    assert text.startswith('<?xml \nversion="1.0" encoding="utf-8"?>')
    assert "pubDate" not in text
    assert "&#8217;" not in text
    dc = "{http://purl.org/dc/elements/1.1/}"
    for element in ET.fromstring(body).iter("item"):
        assert element.findtext("guid") == element.findtext("link")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT2[23]:00:00Z", element.findtext(f"{dc}date", ""))
        description = element.findtext("description", "")
        assert 'rel="directory"' in description
        assert description.count('rel="tag"') == len(element.findall(f"{dc}subject"))


def test_feeds_of_names_five_feeds_by_kind() -> None:
    kinds = [kind for _, _, kind in feeds_of(SITE)]
    assert kinds == [FeedKind.NEWS, FeedKind.NEWS, FeedKind.PETITIONS, FeedKind.EVENTS, FeedKind.BLOG]
    assert feeds_of(SITE) == feeds_of(SITE.rstrip("/"))
    assert feeds_of(SITE)[0][1] == f"{SITE}spip.php?page=backend&id_rubrique=1"


def test_what_has_not_changed_is_not_sent_again() -> None:
    now, url = MOMENTS[1], feeds_of(SITE)[0][1]
    first = ask(url, now)
    assert ask(url, now, HTTP_IF_NONE_MATCH=f'"other", W/{first.headers["ETag"]}').status == 304
    again = ask(url, now, HTTP_IF_MODIFIED_SINCE=first.headers["Last-Modified"])
    assert (again.status, again.body) == (304, b"")
    assert ask(url, now, HTTP_IF_NONE_MATCH='"x"', HTTP_IF_MODIFIED_SINCE=first.headers["Last-Modified"]).status == 200
    assert ask(url, now, HTTP_IF_MODIFIED_SINCE="hier").status == 200
    later = now + timedelta(weeks=1)
    moved = ask(url, later, HTTP_IF_MODIFIED_SINCE=first.headers["Last-Modified"])
    assert moved.status == ask(url, later, HTTP_IF_NONE_MATCH=first.headers["ETag"]).status == 200
    assert [i.key for i in parse(moved.body).items] == [i.key for i in parse(first.body).items]


def test_every_link_of_feeds_and_pages_leads_somewhere() -> None:
    now, sign_up = MOMENTS[1], "http://127.0.0.1:1/inscription"
    waiting = [SITE, f"{SITE}vie-privee", f"{SITE}don", f"{SITE}le-fil", *(url for _, url, _ in feeds_of(SITE))]
    waiting += [i.link for feed in read(now).values() for i in feed.items]
    seen: dict[str, Answer] = {}
    while waiting:
        address = waiting.pop().partition("#")[0]
        if address in seen or address == sign_up:
            continue
        assert address.startswith(SITE)
        answer = seen[address] = ask(address, now, sign_up=sign_up)
        assert answer.status == 200, address
        if not answer.headers["Content-Type"].startswith("text/"):
            continue
        text = unescape(answer.body.decode())
        found = re.findall(r"""(?:href|src)=["']([^"']+)""", unescape(text))
        found += re.findall(r"""url\("([^"]+)""", text) + re.findall(r"<link>([^<]+)", text)
        waiting += [urljoin(address, each) for each in found]
    assert {f"{SITE}IMG/logo/{name}.png" for name in picture_words()} <= set(seen)
    pages = [a for a in seen.values() if a.headers["Content-Type"].startswith("text/html")]
    assert len(pages) > 60
    assert all(b"<script" not in page.body and b"<form" not in page.body for page in pages)


def test_signing_gently_says_that_this_is_a_demonstration() -> None:
    petition = read(MOMENTS[1])["Pétitions"].items[0].link
    assert b">Signer</a>" in ask(petition, MOMENTS[1]).body
    page = ask(f"{petition}/signer", MOMENTS[1]).body.decode()
    assert "Ce site est une démonstration" in page
    assert "enfants soldats" in page


@pytest.mark.parametrize(
    "path",
    [
        "rien",
        "mot/inconnu",
        "spip.php",
        "spip.php?page=backend",
        "spip.php?page=backend&id_rubrique=99",
        "spip.php?article9",
        "IMG/logo/../../site.py",
        "IMG/logo/flamme",
        "fonts/LICENSE",
        "<b>",
    ],
)
def test_what_does_not_exist_is_said_kindly(path: str) -> None:
    answer = ask(SITE + path, MOMENTS[1])
    assert answer.status == 404
    assert "Cette page n’existe pas" in answer.body.decode()


def test_nothing_can_be_changed_there() -> None:
    assert ask(SITE, MOMENTS[1], method="POST").status == 405
    head = ask(SITE, MOMENTS[1], method="HEAD")
    assert (head.status, head.body) == (200, b"")
    assert int(head.headers["Content-Length"]) > 5000


def test_pictures_are_small_and_all_described() -> None:
    files = sorted(PICTURES.glob("*"))
    assert [file.stem for file in files] == sorted(picture_words())
    sizes = [len(file.read_bytes()) for file in files]
    assert max(sizes) < 60_000
    assert sum(sizes) < 600_000
    for file in files:
        head = file.read_bytes()[:26]
        assert head[:8] == b"\x89PNG\r\n\x1a\n"
        assert (int.from_bytes(head[16:20]), int.from_bytes(head[20:24]), head[25]) == (1200, 675, 3)
    shown = [thing.picture for thing in things(ANCHOR) if thing.picture]
    assert len(shown) == len(set(shown))


def test_a_served_feed_is_parsed_and_names_the_port_it_came_from(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/spip.php?page=backend&id_rubrique=1")
        answer = connection.getresponse()
        assert answer.status == 200
        feed = parse(answer.read())
    finally:
        connection.close()
    assert all(i.link.startswith(f"http://127.0.0.1:{port}/") for i in feed.items)


def test_the_library_takes_it_all_in_each_thing_once(port: int, assembly: Assembly) -> None:
    egress = assembly.settings.egress.model_copy(update={"allow": (f"127.0.0.1:{port}",)})
    assembly = replace(assembly, fetcher=Fetcher(egress))
    with assembly.database.transaction() as session:
        content.load_taxonomy(session)
        for name, url, kind in feeds_of(f"http://127.0.0.1:{port}/"):
            feeds.follow(session, name=name, url=url, kind=kind, language=Language.FR, interval_minutes=15, at=NOW)
    brought = fetch_feeds.run(assembly, NOW)
    assert (brought["visited"], brought["failed"], brought["items_new"]) == (5, 0, 28)
    assert (brought["content_new"], brought["content_joined"]) == (24, 4)
    with assembly.database.reading() as session:
        assert content.unknown_tags(session) == ()
        everything = content.page(session, size=50).items
        candidates = content.candidates(session, language=Language.FR, now=NOW, since=NOW - timedelta(days=7))
    assert Counter(i.kind.value for i in everything) == {"article": 11, "event": 7, "petition": 3, "blog": 3}
    yemen = next(i for i in everything if i.title.startswith("Yémen"))
    assert [(term.label, term.derived) for term in yemen.terms] == [("Yémen", True)]
    assert sum(i.kind is ContentKind.ARTICLE for i in candidates) >= 9


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "", "192.0.2.1", "exemple.test"])
def test_it_never_listens_beyond_this_machine(host: str) -> None:
    with pytest.raises(Invalid):
        serve(host, 0, threading.Event())
    with pytest.raises(Invalid):
        opened(host, 0)


def test_serving_ends_with_its_event() -> None:
    ended = threading.Event()
    serving = threading.Thread(target=serve, args=("127.0.0.1", 0, ended))
    serving.start()
    ended.set()
    serving.join(timeout=10)
    assert not serving.is_alive()
