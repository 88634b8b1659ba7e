"""Feeds of a test: items brought at an hour, and taken in."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.foundation.database import Database
from crm.values.languages import Language
from mailing.content import service as content
from mailing.content.model import ContentItem, TakenIn
from mailing.feeds import service as feeds
from mailing.feeds.model import Brought, FeedKind, ParsedFeed, ParsedItem
from tests.conftest import NOW


def item(title: str = "Un titre", slug: str = "a", **more: Any) -> ParsedItem:
    """An item of the site, published at NOW."""
    link = f"https://site.example/{slug}"
    return ParsedItem(**{"key": link, "title": title, "link": link, "published_at": NOW, **more})


def bring(
    database: Database,
    *items: ParsedItem,
    feed: str = "Actualités",
    kind: FeedKind = FeedKind.NEWS,
    at: datetime = NOW,
    at_most: int = 200,
) -> TakenIn:
    """The feed of that name gives those items at that hour; the library reads them."""
    with database.transaction() as session:
        followed = feeds.follow(
            session, name=feed, url=f"https://site.example/{feed}", kind=kind, language=Language.FR, at=NOW
        )
        brought = Brought(feed=ParsedFeed(title=feed, language="fr", items=items))
        feeds.store_visit(session, followed.id, brought, at=at)
        return content.take_in(session, at, at_most=at_most)


def library(database: Database) -> tuple[ContentItem, ...]:
    """Everything, the newest first."""
    with database.reading() as session:
        return everything(session)


def everything(session: Session) -> tuple[ContentItem, ...]:
    """Everything, the newest first."""
    return content.page(session, size=500).items


def only(database: Database) -> ContentItem:
    """The one thing of the library."""
    (found,) = library(database)
    return found
