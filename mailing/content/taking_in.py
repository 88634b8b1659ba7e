"""Feed items become things of the library: each thing once, under every address it ever had."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import assert_never

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.values.languages import Language
from crm.values.web_address import is_web_address
from mailing.content import rules, store, tagging
from mailing.content.folding import canonical, fold, typographic
from mailing.content.likeness import Likeness
from mailing.content.model import ContentKind, TakenIn
from mailing.content.rules import Facts, Sighting
from mailing.content.tables import ContentItemRow, ContentSourceRow
from mailing.feeds import service as feeds
from mailing.feeds.model import FeedItem, FeedKind


def take_in(session: Session, now: datetime, *, at_most: int) -> TakenIn:
    """Reads at most that many new or changed feed items into the library, in a fixed number of queries."""
    hold(session, "content.take_in")
    ids = store.unread(session, at_most + 1)
    found = feeds.items(session, ids[:at_most])
    if not found:
        return TakenIn()
    intake = _Intake(session, found, now)
    for item in found:
        intake.add(item)
    intake.write()
    return TakenIn(new=intake.new, joined=intake.joined, changed=intake.changed, is_done=len(ids) <= at_most)


class _Intake:
    """One batch on its way into the library. What the database knows is read once, before the first item."""

    def __init__(self, session: Session, found: Sequence[FeedItem], now: datetime) -> None:
        self._session, self._now = session, now
        self.new = self.joined = self.changed = 0
        self._sources = store.source_rows(session, [item.id for item in found])
        self._addresses = store.addresses(session, {url for item in found for url in _addresses(item)})
        known = {row.content_id for row in self._sources.values()} | set(self._addresses.values())
        near: Likeness[int] = Likeness()
        for language, items in _by_language(found).items():
            self._bring_near(near, language, items)
        self._alike_known = {item.id: list(near.find(_language(item), _sighting(item))) for item in found}
        alike = {number for numbers in self._alike_known.values() for number in numbers}
        self._rows = store.rows(session, known | alike)
        self._readings = store.readings(session, set(self._rows))
        self._fresh: list[ContentItemRow] = []
        self._alike_fresh: Likeness[ContentItemRow] = Likeness()
        self._fresh_addresses: dict[str, ContentItemRow] = {}
        self._spoken: list[tuple[FeedItem, ContentItemRow]] = []
        self._heard: dict[int, set[tuple[int, datetime]]] = {}

    def add(self, item: FeedItem) -> None:
        """Finds the thing an item speaks of, or makes it, and keeps what the item says."""
        source = self._sources.get(item.id)
        row = self._rows.get(source.content_id) if source else self._at_its_address(item)
        row = row or self._alike(item)
        facts = _facts(item)
        if row is None:
            row = self._make(item, facts)
            self.new += 1
        else:
            was_known = source is not None or item.feed_id in {feed for feed, _ in self._read(row)}
            self.joined += source is None
            self.changed += self._tell(row, item, facts, was_known=was_known)
        for url in _addresses(item):
            self._fresh_addresses.setdefault(url, row)
        self._heard.setdefault(id(row), set()).add((item.feed_id, item.last_seen_at))
        self._spoken.append((item, row))

    def write(self) -> None:
        """Everything the items brought, set-wise."""
        session = self._session
        session.add_all(self._fresh)
        session.flush()
        unwritten = {url: row.id for url, row in self._fresh_addresses.items() if url not in self._addresses}
        store.add_addresses(session, unwritten)
        for item, row in self._spoken:
            source = self._sources.get(item.id)
            if source is None:
                session.add(ContentSourceRow(feed_item_id=item.id, content_id=row.id, digest=item.digest))
            else:
                source.digest = item.digest
        session.flush()
        tagging.retag(session, list({row.id: row for _, row in self._spoken}.values()), self._now)

    def _bring_near(self, near: Likeness[int], language: Language, items: Iterable[FeedItem]) -> None:
        dates = [_dated_at(item) for item in items]
        start, end = min(dates) - rules.NEAR, max(dates) + rules.NEAR
        for number, seen in store.sightings(self._session, language, start, end):
            near.add(number, language, seen)

    def _at_its_address(self, item: FeedItem) -> ContentItemRow | None:
        for url in _addresses(item):
            if url in self._addresses:
                return self._rows[self._addresses[url]]
            if url in self._fresh_addresses:
                return self._fresh_addresses[url]
        return None

    def _alike(self, item: FeedItem) -> ContentItemRow | None:
        """The thing of the same title. Two items side by side in one reading of one feed are two things."""
        known = (self._rows[number] for number in self._alike_known[item.id])
        for row in (*known, *self._alike_fresh.find(_language(item), _sighting(item))):
            if (item.feed_id, item.last_seen_at) not in self._read(row):
                return row
        return None

    def _read(self, row: ContentItemRow) -> set[tuple[int, datetime]]:
        """Which feeds speak of a thing, and when each last did."""
        return self._readings.get(row.id, set()) | self._heard.get(id(row), set())

    def _make(self, item: FeedItem, facts: Facts) -> ContentItemRow:
        row = ContentItemRow(
            kind=_kind(item),
            language=_language(item),
            own_title=None,
            own_intro=None,
            first_seen_at=item.first_seen_at,
            changed_at=self._now,
            closed_at=None,
            keeps_closing=False,
            hidden=False,
        )
        _say(row, facts)
        self._fresh.append(row)
        self._alike_fresh.add(row, row.language, _sighting(item))
        return row

    def _tell(self, row: ContentItemRow, item: FeedItem, facts: Facts, *, was_known: bool) -> bool:
        """The thing hears what an item says; True where that changed it."""
        before = store.facts_of(row)
        after = rules.merged(before, facts, was_known=was_known)
        kind = _kind(item) if row.kind is ContentKind.ARTICLE else row.kind
        if after == before and kind is row.kind:
            return False
        row.kind = kind
        _say(row, after)
        row.changed_at = self._now
        return True


def _say(row: ContentItemRow, facts: Facts) -> None:
    """Writes what the sources say; the closing day an editor set stays."""
    row.title, row.folded_title = facts.title, fold(facts.title)[:300]
    row.intro, row.intro_truncated = facts.intro, facts.intro_truncated
    row.url, row.author, row.image_url = facts.url, facts.author, facts.image_url
    row.published_at, row.starts_on, row.ends_on = facts.published_at, facts.starts_on, facts.ends_on
    row.starts_time, row.place, row.event_types = facts.starts_time, facts.place, list(facts.event_types)
    if not row.keeps_closing:
        row.closes_on = facts.closes_on


def _facts(item: FeedItem) -> Facts:
    said = item.item
    tidy = typographic if _language(item) is Language.FR else str
    return Facts(
        title=tidy(said.title),
        intro=tidy(said.intro),
        intro_truncated=said.intro_truncated,
        url=said.link,
        author=said.author,
        image_url=said.image_url,
        published_at=said.published_at,
        closes_on=said.closes_on,
        starts_on=said.starts_on,
        ends_on=said.ends_on,
        starts_time=said.starts_time,
        place=said.place,
        event_types=said.event_types,
    )


def _kind(item: FeedItem) -> ContentKind:
    match item.kind:
        case FeedKind.NEWS:
            return ContentKind.ARTICLE
        case FeedKind.PETITIONS:
            return ContentKind.PETITION
        case FeedKind.EVENTS:
            return ContentKind.EVENT
        case FeedKind.BLOG:
            return ContentKind.BLOG
        case _:
            assert_never(item.kind)


def _language(item: FeedItem) -> Language:
    return Language.best(item.item.language, item.language)


def _by_language(found: Iterable[FeedItem]) -> dict[Language, list[FeedItem]]:
    groups: dict[Language, list[FeedItem]] = {}
    for item in found:
        groups.setdefault(_language(item), []).append(item)
    return groups


def _dated_at(item: FeedItem) -> datetime:
    return item.item.published_at or item.first_seen_at


def _sighting(item: FeedItem) -> Sighting:
    said = item.item
    return Sighting(
        kind=_kind(item), folded_title=fold(said.title)[:300], dated_at=_dated_at(item), starts_on=said.starts_on
    )


def _addresses(item: FeedItem) -> tuple[str, ...]:
    """The addresses that name the thing: its link and, where it is one, its permanent identifier."""
    named = [item.item.link, *([item.item.key] if is_web_address(item.item.key) else [])]
    return tuple(dict.fromkeys(canonical(url) for url in named))
