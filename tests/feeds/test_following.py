"""A followed feed is visited by one fetcher at a time, keeps what it was given and shows how it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from crm.foundation.database import Database
from crm.values.errors import Invalid
from crm.values.identifiers import FeedId, FeedItemId
from crm.values.languages import Language
from mailing.feeds import rules, service
from mailing.feeds.errors import FeedFollowedAlready, FeedMissing
from mailing.feeds.model import (
    Brought,
    Failed,
    Feed,
    FeedItem,
    FeedKind,
    Health,
    Outcome,
    ParsedFeed,
    ParsedItem,
    Unchanged,
)
from mailing.feeds.tables import FeedItemRow
from tests.conftest import NOW

HOUR = timedelta(hours=1)


def follow(
    database: Database, name: str = "Actualités", url: str = "https://site.example/rss", at: datetime = NOW
) -> Feed:
    with database.transaction() as session:
        return service.follow(
            session, name=name, url=url, kind=FeedKind.NEWS, language=Language.FR, interval_minutes=60, at=at
        )


def claim(database: Database, at: datetime, only: str | None = None) -> list[str]:
    with database.transaction() as session:
        return [feed.name for feed in service.claim_due(session, at, only=only)]


def item(number: int, **more: object) -> ParsedItem:
    made = ParsedItem(key=f"k{number}", title=f"Titre {number}", link=f"https://site.example/{number}")
    return replace(made, **more)  # type: ignore[arg-type] # the fields of a ParsedItem


def brought(*items: ParsedItem, etag: str = "", is_whole: bool = True) -> Brought:
    return Brought(feed=ParsedFeed(title="F", language="fr", items=items, is_whole=is_whole), etag=etag)


def kept(database: Database) -> list[FeedItem]:
    with database.reading() as session:
        ids = [FeedItemId(number) for number in session.scalars(select(FeedItemRow.id))]
        return list(service.items(session, ids))


def one(database: Database) -> Feed:
    with database.reading() as session:
        (feed,) = service.feeds(session)
        return feed


def test_following_twice_is_following_once(database: Database) -> None:
    first = follow(database)
    assert follow(database, at=NOW + HOUR) == first
    assert one(database).health is Health.NEW


def test_a_name_and_an_address_belong_to_one_feed(database: Database) -> None:
    follow(database)
    with pytest.raises(FeedFollowedAlready, match="« Actualités »"):
        follow(database, name="Autre")
    with pytest.raises(FeedFollowedAlready, match="autre flux"):
        follow(database, url="https://site.example/autre")
    for url in ("javascript:alert(1)", "https://site.example/" + "é" * 900):
        with pytest.raises(Invalid):
            follow(database, name="Mauvais", url=url)


def test_a_feed_that_moves_keeps_its_items_and_is_due_at_once(database: Database) -> None:
    feed = follow(database)
    with database.transaction() as session:
        service.store_visit(session, feed.id, brought(item(1), etag='"a"'), at=NOW)
    with database.transaction() as session:
        moved = service.follow(
            session,
            name=feed.name,
            url="https://site.example/nouveau",
            kind=feed.kind,
            language=feed.language,
            at=NOW + HOUR / 2,
            moves=True,
        )
        (claimed,) = service.claim_due(session, NOW + HOUR / 2)
    assert (moved.id, claimed.url, claimed.etag) == (feed.id, "https://site.example/nouveau", "")
    assert one(database).items_known == 1


def test_two_fetchers_do_not_visit_at_once(database: Database) -> None:
    follow(database)
    assert claim(database, NOW - HOUR) == []
    assert claim(database, NOW) == ["Actualités"]
    assert claim(database, NOW) == []
    assert claim(database, NOW, only="Actualités") == []
    assert claim(database, NOW + rules.LEASE) == ["Actualités"], "a fetcher that died gives the feed back"


def test_one_feed_can_be_asked_for_before_it_is_due(database: Database) -> None:
    feed = follow(database, at=NOW + HOUR)
    assert claim(database, NOW, only="Actualités") == ["Actualités"]
    with database.transaction() as session:
        service.store_visit(session, feed.id, Unchanged(), at=NOW)
    assert claim(database, NOW, only=str(feed.id)) == ["Actualités"]
    with pytest.raises(FeedMissing, match="« Rien »"):
        claim(database, NOW, only="Rien")


def test_a_paused_feed_is_left_alone_until_taken_up(database: Database) -> None:
    feed = follow(database)
    with database.transaction() as session:
        service.store_visit(session, feed.id, Failed(reason="le site ne répond pas"), at=NOW)
        assert not service.set_active(session, feed.id, is_active=False, at=NOW).is_active
    assert claim(database, NOW + 48 * HOUR) == []
    with database.transaction() as session:
        service.set_active(session, feed.id, is_active=True, at=NOW)
    assert claim(database, NOW) == ["Actualités"]
    with pytest.raises(FeedMissing), database.transaction() as session:
        service.set_active(session, FeedId(999), is_active=True, at=NOW)


def test_items_are_kept_as_they_came_and_stay(database: Database) -> None:
    feed = follow(database)
    full = item(
        1,
        tags=("Chili", "Liberté d'expression"),
        published_at=NOW,
        starts_on=NOW.date(),
        event_types=("Débat",),
        closes_on=NOW.date(),
        intro_truncated=True,
    )
    with database.transaction() as session:
        report = service.store_visit(session, feed.id, brought(full, item(2)), at=NOW)
    assert (report.outcome, report.new, report.changed, report.same) == (Outcome.READ, 2, 0, 0)
    later = NOW + HOUR
    with database.transaction() as session:
        report = service.store_visit(session, feed.id, brought(item(3), item(2, title="Mieux"), full), at=later)
    assert (report.new, report.changed, report.same) == (1, 1, 1)
    last = later + HOUR
    with database.transaction() as session:
        service.store_visit(session, feed.id, brought(item(3)), at=last)
    found = {kept_item.item.key: kept_item for kept_item in kept(database)}
    assert [found[key].item for key in ("k1", "k2", "k3")] == [full, item(2, title="Mieux"), item(3)]
    seen = {key: (k.first_seen_at, k.changed_at, k.last_seen_at) for key, k in found.items()}
    assert seen == {"k1": (NOW, NOW, later), "k2": (NOW, later, later), "k3": (later, later, last)}
    assert one(database).items_known == 3


def test_storing_a_visit_twice_is_storing_it_once(database: Database) -> None:
    feed = follow(database)
    for _ in range(2):
        with database.transaction() as session:
            report = service.store_visit(session, feed.id, brought(item(1)), at=NOW)
    assert (report.new, report.same) == (0, 1)
    assert len(kept(database)) == 1


def test_the_health_of_a_feed_is_visible(database: Database) -> None:
    feed = follow(database)
    seen = []
    for number in range(1, 4):
        at = NOW + number * HOUR
        with database.transaction() as session:
            report = service.store_visit(session, feed.id, Failed(reason="le site ne répond pas"), at=at)
        found = one(database)
        seen.append((found.health, found.next_fetch_at - at, report.error))
    assert seen == [
        (Health.FAILING, 2 * HOUR, "le site ne répond pas"),
        (Health.FAILING, 4 * HOUR, "le site ne répond pas"),
        (Health.DOWN, 8 * HOUR, "le site ne répond pas"),
    ]
    with database.transaction() as session:
        service.store_visit(session, feed.id, Unchanged(), at=NOW + 9 * HOUR)
    found = one(database)
    assert (found.health, found.last_error, found.failures) == (Health.FINE, "", 0)
    assert found.last_ok_at == found.last_fetch_at == NOW + 9 * HOUR


def test_a_file_that_broke_off_is_asked_for_again_as_if_never_seen(database: Database) -> None:
    feed = follow(database)
    for is_whole, etag in ((True, '"a"'), (False, "")):
        with database.transaction() as session:
            service.store_visit(session, feed.id, brought(item(1), etag='"a"', is_whole=is_whole), at=NOW)
        with database.transaction() as session:
            (claimed,) = service.claim_due(session, NOW + HOUR)
            assert claimed.etag == etag
            service.store_visit(session, feed.id, Unchanged(), at=NOW)
