"""Feeds come in over real HTTP; a bad one never stops the others."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from crm.assembly import Assembly
from crm.cli import feeds as cli
from crm.foundation.fetch import Fetcher
from crm.foundation.settings import Egress
from crm.values.languages import Language
from jobs import fetch_feeds
from mailing.content import service as content
from mailing.feeds import service as feeds
from mailing.feeds.errors import FeedMissing
from mailing.feeds.model import FeedKind, Health
from tests.conftest import NOW
from tests.feeds.writing import item, rss
from tests.foundation.wire import Wire, answer, wire

HOUR = timedelta(hours=1)
GOOD = rss(item("Un", "https://site.example/1"), item("Deux", "https://site.example/2", "<category>Chili</category>"))


class House:
    """An assembly whose feeds answer on loopback."""

    def __init__(self, assembly: Assembly, stack: ExitStack) -> None:
        self.assembly, self._stack = assembly, stack

    def follows(self, name: str, *answers: bytes, at: datetime = NOW) -> Wire:
        """A feed of that name, and the server behind it."""
        server = self._stack.enter_context(wire(*answers))
        rules = self.assembly.fetcher.rules
        egress = Egress(allow=(*rules.allow, server.place), timeout_seconds=5)
        self.assembly = replace(self.assembly, fetcher=Fetcher(egress))
        with self.assembly.database.transaction() as session:
            feeds.follow(
                session,
                name=name,
                url=f"http://{server.place}/rss",
                kind=FeedKind.NEWS,
                language=Language.FR,
                interval_minutes=60,
                at=at,
            )
        return server

    def run(self, at: datetime = NOW, only: str | None = None) -> Mapping[str, Any]:
        return fetch_feeds.run(self.assembly, at, only=only)

    def health(self) -> dict[str, tuple[Health, str]]:
        with self.assembly.database.reading() as session:
            return {feed.name: (feed.health, feed.last_error) for feed in feeds.feeds(session)}


@pytest.fixture
def house(assembly: Assembly) -> Iterator[House]:
    with ExitStack() as stack:
        yield House(assembly, stack)


def test_what_a_feed_brings_is_in_the_library(house: House) -> None:
    house.follows("Actualités", answer(GOOD.encode()))
    report = house.run()
    assert {name: value for name, value in report.items() if name != "feeds"} == {
        "visited": 1,
        "failed": 0,
        "items_new": 2,
        "items_changed": 0,
        "content_new": 2,
        "content_joined": 0,
        "content_changed": 0,
    }
    assert json.loads(json.dumps(report)) == report, "the log takes it as it is"
    with house.assembly.database.reading() as session:
        assert {thing.title for thing in content.page(session).items} == {"Un", "Deux"}
        assert [tag.sample for tag in content.unknown_tags(session)] == ["Chili"]


def test_a_feed_that_has_not_changed_is_asked_for_politely(house: House) -> None:
    same = b"HTTP/1.1 304 Not Modified\r\n\r\n"
    server = house.follows("Actualités", answer(GOOD.encode(), 'ETag: "v1"', "Last-Modified: hier"), same)
    house.run()
    report = house.run(NOW + HOUR)
    assert 'If-None-Match: "v1"' in server.requests[1]
    assert "If-Modified-Since: hier" in server.requests[1]
    assert [feed["outcome"] for feed in report["feeds"]] == ["unchanged"]
    assert house.run(NOW + HOUR)["visited"] == 0, "it is not due again before an hour"


def test_one_bad_feed_never_stops_the_others(house: House) -> None:
    page = b"<!DOCTYPE html><html><body>Maintenance</body></html>"
    house.follows("A page", answer(page))
    house.follows("B en panne", answer(b"", "Retry-After: 18000", status="503 Busy"))
    house.follows("C muet", b"")
    house.follows("D bombe", answer(b"\x1f\x8b\x08" + b"\0" * 50, "Content-Encoding: gzip"))
    house.follows("E coupé", answer(GOOD[:-40].encode()))
    house.follows("F bon", answer(GOOD.replace("site.example", "autre.example").encode()))
    with house.assembly.database.transaction() as session:
        feeds.follow(session, name="G privé", url="http://10.0.0.1/", kind=FeedKind.NEWS, language=Language.FR, at=NOW)
    report = house.run()
    assert (report["visited"], report["failed"]) == (7, 5)
    assert house.health() == {
        "A page": (Health.FAILING, "c’est une page web, pas un flux"),
        "B en panne": (Health.FAILING, "le site répond par une erreur 503"),
        "C muet": (Health.FAILING, "la liaison a été coupée"),
        "D bombe": (Health.FAILING, "le fichier compressé est abîmé"),
        "E coupé": (Health.FINE, ""),
        "F bon": (Health.FINE, ""),
        "G privé": (Health.FAILING, "adresse refusée : elle mène à un réseau privé"),
    }
    dropped = {feed["name"]: feed["dropped"] for feed in report["feeds"] if feed["dropped"]}
    assert dropped == {"E coupé": ["le flux est coupé : seuls ses éléments entiers sont repris"]}
    waits = {f["name"]: datetime.fromisoformat(f["next_at"]) - NOW for f in report["feeds"]}
    assert (waits["A page"], waits["B en panne"], waits["F bon"]) == (2 * HOUR, 5 * HOUR, HOUR)


def test_a_fault_of_our_own_is_a_failed_visit_too(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    house.follows("A", answer(GOOD.encode()))

    def broken(body: bytes) -> object:
        raise RuntimeError("the library has a bug")

    monkeypatch.setattr(fetch_feeds, "parse", broken)
    assert house.run()["failed"] == 1
    assert house.health() == {"A": (Health.FAILING, "une erreur inattendue s’est produite")}


def test_one_feed_can_be_visited_alone(house: House) -> None:
    house.follows("A", answer(GOOD.encode()), at=NOW + HOUR)
    other = house.follows("B", answer(GOOD.encode()))
    assert house.run(only="A")["visited"] == 1
    assert other.requests == []
    with pytest.raises(FeedMissing):
        house.run(only="C")


def test_the_command_line_follows_and_fetches(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    server = house.follows("Agenda", answer(b"<html></html>"))
    monkeypatch.setattr(cli, "assembly", lambda: house.assembly)
    run = CliRunner()

    def said(*words: str) -> str:
        result = run.invoke(cli.command, list(words))
        assert result.exception is None or isinstance(result.exception, SystemExit)
        return result.output

    assert said("add", "Fil", f"http://{server.place}/autre") == f"« Fil » est suivi : http://{server.place}/autre\n"
    assert "« Fil »" in said("add", "Encore", f"http://{server.place}/autre")
    assert json.loads(said("add", "Mauvais", "javascript:x", "--json").splitlines()[0]) == {
        "error": "ce n’est pas une adresse web (http ou https)"
    }
    fetched = said("fetch")
    assert "Agenda : échec (c’est une page web, pas un flux)" in fetched
    assert "bibliothèque : 0 nouveau contenu, 0 modifié" in fetched
    assert json.loads(said("fetch", "--only", "Fil", "--json"))["visited"] == 1
    assert "aucun flux ne s’appelle « Rien »" in said("fetch", "--only", "Rien")
    listed = said("list")
    assert "Agenda : en difficulté, 0 élément (c’est une page web, pas un flux)" in listed
    assert [feed["health"] for feed in json.loads(said("list", "--json"))] == ["failing", "failing"]
