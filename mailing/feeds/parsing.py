"""Reading a feed: any bytes in, a `ParsedFeed` or `NotAFeed` out. The only user of feedparser."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from urllib.parse import urljoin

import feedparser

from crm.foundation.translation import N_
from crm.values.errors import Invalid
from crm.values.web_address import is_web_address, web_address
from mailing.feeds.dates import end_of_period, instant_of_parts, local_moment, written_instant
from mailing.feeds.errors import NotAFeed
from mailing.feeds.model import ParsedFeed, ParsedItem
from mailing.feeds.plain_text import Introduction, first_image, introduction, plain
from mailing.feeds.repair import MAX_ITEMS, repaired

MAX_TITLE = 300
MAX_INTRO = 2000
_MAX_ADDRESS = 1000
_MAX_TAGS = 50
_MAX_REMARKS = 50


def parse(body: bytes) -> ParsedFeed:
    """The feed in `body`, tidied, its unusable items named in `dropped`.

    Raises `NotAFeed`, with a sentence for people, for whatever is no feed. Nothing else is ever raised; time and
    memory are bounded by the size of `body`, itself at most 5 MB.
    """
    whole = repaired(body)
    try:
        found = feedparser.parse(
            io.BytesIO(whole.xml),
            response_headers={"content-type": "application/xml; charset=utf-8"},
            resolve_relative_uris=False,
            sanitize_html=False,
        )
    except Exception as error:  # strangers' bytes reach every corner of the library
        raise NotAFeed(N_("le flux est illisible")) from error
    channel: Mapping[str, Any] = found.get("feed", {})
    home = _text(channel, "link")
    if not found.get("version") and not found["entries"]:
        raise NotAFeed(N_("ce n’est pas un flux"))
    items, dropped = _items(found["entries"][:MAX_ITEMS], home, _text(channel, "language"))
    return ParsedFeed(
        title=plain(_text(channel, "title"), at_most=MAX_TITLE),
        language=_language(_text(channel, "language")),
        items=items,
        dropped=(whole.remarks + dropped)[:_MAX_REMARKS],
        is_whole=whole.is_whole,
    )


def _items(
    entries: list[Mapping[str, Any]], home: str, language: str
) -> tuple[tuple[ParsedItem, ...], tuple[str, ...]]:
    """Usable items in order, each under a key of its own, and why the others are not."""
    kept: dict[str, ParsedItem] = {}
    links: set[str] = set()
    dropped: list[str] = []
    for number, entry in enumerate(entries, start=1):
        title = plain(_text(entry, "title"), at_most=MAX_TITLE)
        name = f"élément {number}" + (f" (« {title[:60]} »)" if title else "")
        if not title:
            dropped.append(f"{name} : pas de titre")
            continue
        written = _text(entry, "link") or _text(entry, "id")
        if not written:
            dropped.append(f"{name} : pas de lien")
            continue
        link = _address(written, home)
        if not link:
            dropped.append(f"{name} : le lien n’est pas une adresse web")
            continue
        key = _key(_text(entry, "id") or link)
        if key in kept:
            if link in links:
                dropped.append(f"{name} : déjà dans le flux")
                continue
            key = _key(link)
        links.add(link)
        kept[key] = _item(entry, key=key, title=title, link=link, home=home, language=language)
    return tuple(kept.values()), tuple(dropped)


def _item(entry: Mapping[str, Any], *, key: str, title: str, link: str, home: str, language: str) -> ParsedItem:
    intro = _introduction(entry)
    starts = local_moment(_text(entry, "ev_startdate"))
    ends = local_moment(_text(entry, "ev_enddate"))
    starts_on = starts[0] if starts else None
    kinds = (plain(kind, at_most=100) for kind in _text(entry, "ev_type").split(",")[:10])
    return ParsedItem(
        key=key,
        title=title,
        link=link,
        intro=intro.text,
        intro_truncated=intro.was_cut,
        author=plain(_text(entry, "author"), at_most=200),
        published_at=_published(entry),
        language=_language(_text(entry, "language") or language),
        tags=_tags(entry),
        image_url=_image(entry, home or link),
        starts_on=starts_on,
        ends_on=_last_day(starts_on, ends[0] if ends else None),
        starts_time=starts[1] if starts else "",
        place=plain(_text(entry, "ev_location"), at_most=200),
        event_types=tuple(kind for kind in kinds if kind),
        closes_on=_closing(entry),
    )


def _introduction(entry: Mapping[str, Any]) -> Introduction:
    for html in (_text(entry, "summary"), _content(entry)):
        found = introduction(html, at_most=MAX_INTRO)
        if found.text:
            return found
    return Introduction(text="", was_cut=False)


def _published(entry: Mapping[str, Any]) -> datetime | None:
    for name in ("published", "updated", "created"):
        instant = instant_of_parts(_found(entry, f"{name}_parsed")) or written_instant(_text(entry, name))
        if instant is not None:
            return instant
    return None


def _last_day(first: date | None, last: date | None) -> date | None:
    return last if first is not None and last is not None and last >= first else None


def _closing(entry: Mapping[str, Any]) -> date | None:
    end = _text(entry, "validity_end")
    return end_of_period(f"end={end}") if end else None


def _tags(entry: Mapping[str, Any]) -> tuple[str, ...]:
    found = _found(entry, "tags") or []
    words = (plain(_text(tag, "term"), at_most=200) for tag in found[:_MAX_TAGS])
    return tuple(dict.fromkeys(word for word in words if word))


def _image(entry: Mapping[str, Any], home: str) -> str:
    """A picture the feed names as such, else the first one in the text."""
    enclosures = [link for link in _found(entry, "links") or [] if _text(link, "rel") == "enclosure"]
    named = [*enclosures, *(_found(entry, "media_content") or [])]
    for found in named:
        kind = _text(found, "type").lower() or _text(found, "medium").lower()
        if kind.startswith("image") and (address := _address(_text(found, "href") or _text(found, "url"), home)):
            return address
    for found in _found(entry, "media_thumbnail") or []:
        if address := _address(_text(found, "url"), home):
            return address
    for html in (_content(entry), _text(entry, "summary")):
        if address := _address(first_image(html), home):
            return address
    return ""


def _content(entry: Mapping[str, Any]) -> str:
    found = _found(entry, "content") or []
    return _text(found[0], "value") if found else ""


def _address(written: str, home: str) -> str:
    """An absolute web address, relative ones taken from the channel's own; empty where there is none."""
    if not written:
        return ""
    try:
        absolute = web_address(urljoin(home, written.strip()) if is_web_address(home) else written)
    except (Invalid, ValueError):
        return ""
    return absolute if len(absolute.encode()) <= _MAX_ADDRESS else ""


def _key(written: str) -> str:
    tidy = plain(written, at_most=10_000)
    return tidy if 0 < len(tidy.encode()) <= _MAX_ADDRESS else hashlib.sha256(written.encode()).hexdigest()


def _language(written: str) -> str:
    code = written.strip().lower().replace("_", "-")[:12]
    return code if code.replace("-", "").isascii() and code.replace("-", "").isalpha() else ""


def _found(entry: Mapping[str, Any], name: str) -> Any:
    """What the library stored under exactly that name (its dictionaries answer to old names too)."""
    return dict.get(entry, name) if isinstance(entry, dict) else entry.get(name)


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = _found(entry, name)
    return value if isinstance(value, str) else ""
