"""Feeds written by hand, for tests."""

from __future__ import annotations

from mailing.feeds.model import ParsedItem
from mailing.feeds.parsing import parse

SPACES = (
    ' xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/"'
    ' xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:ev="http://purl.org/rss/1.0/modules/event/"'
)


def rss(*items: str, spaces: str = SPACES, head: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    channel = "<title>Essai</title><link>https://site.example/</link><language>fr</language>"
    return f'{head}<rss version="2.0"{spaces}><channel>{channel}{"".join(items)}</channel></rss>'


def item(title: str = "Un titre", link: str = "https://site.example/a", more: str = "") -> str:
    return f"<item><title>{title}</title><link>{link}</link>{more}</item>"


def only(text: str | bytes) -> ParsedItem:
    """The one item of a feed nothing of which was dropped."""
    feed = parse(text if isinstance(text, bytes) else text.encode())
    assert feed.dropped == ()
    assert len(feed.items) == 1
    return feed.items[0]
