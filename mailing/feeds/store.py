"""Feeds in the database."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, insert, or_, select, update
from sqlalchemy.orm import Session

from crm.values.identifiers import FeedId, FeedItemId
from mailing.feeds.model import Feed, FeedItem, FeedKind, ParsedItem
from mailing.feeds.tables import FeedItemRow, FeedRow


def feeds(session: Session) -> tuple[Feed, ...]:
    """Every feed by name, with the number of its items."""
    known = func.count(FeedItemRow.id)
    rows = session.execute(
        select(FeedRow, known).outerjoin(FeedItemRow).group_by(FeedRow.id).order_by(FeedRow.name, FeedRow.id)
    )
    return tuple(feed_of(row, count) for row, count in rows)


def feed_of(row: FeedRow, items_known: int = 0) -> Feed:
    """The noun of a row."""
    return Feed(
        id=FeedId(row.id),
        name=row.name,
        url=row.url,
        kind=row.kind,
        language=row.language,
        is_active=row.is_active,
        interval_minutes=row.interval_minutes,
        next_fetch_at=row.next_fetch_at,
        last_fetch_at=row.last_fetch_at,
        last_ok_at=row.last_ok_at,
        last_error=row.last_error,
        failures=row.failures,
        items_known=items_known,
    )


def find_row(session: Session, *, name: str | None = None, url: str | None = None) -> FeedRow | None:
    """The feed of that name or of that address."""
    wanted = FeedRow.name == name if name is not None else FeedRow.url == url
    return session.scalars(select(FeedRow).where(wanted).order_by(FeedRow.id)).first()


def lease(session: Session, now: datetime, *, until: datetime, feed_id: FeedId | None, at_most: int) -> list[FeedRow]:
    """Active feeds nobody is visiting, due ones (or that one, due or not), leased to the caller."""
    wanted = select(FeedRow).where(or_(FeedRow.lease_until.is_(None), FeedRow.lease_until <= now))
    if feed_id is None:
        wanted = wanted.where(FeedRow.is_active, FeedRow.next_fetch_at <= now)
    else:
        wanted = wanted.where(FeedRow.id == feed_id)
    wanted = wanted.order_by(FeedRow.next_fetch_at, FeedRow.id).limit(at_most).with_for_update(skip_locked=True)
    rows = list(session.scalars(wanted))
    for row in rows:
        row.lease_until = until
    session.flush()
    return rows


def known_digests(session: Session, feed_id: FeedId, keys: Collection[str]) -> dict[str, tuple[int, str]]:
    """Of those keys, the ones this feed already gave: row number and digest."""
    rows = session.execute(
        select(FeedItemRow.key, FeedItemRow.id, FeedItemRow.digest).where(
            FeedItemRow.feed_id == feed_id, FeedItemRow.key.in_(keys)
        )
    )
    return {key: (number, digest) for key, number, digest in rows}


def add_items(session: Session, feed_id: FeedId, items: Mapping[str, ParsedItem], at: datetime) -> None:
    """Items seen for the first time, by digest; the last of the feed first: the newest gets the highest number."""
    if items:
        session.execute(
            insert(FeedItemRow),
            [
                {
                    "feed_id": feed_id,
                    "key": item.key,
                    "payload": payload_of(item),
                    "digest": digest,
                    "first_seen_at": at,
                    "last_seen_at": at,
                    "changed_at": at,
                }
                for digest, item in reversed(list(items.items()))
            ],
        )


def change_items(session: Session, changes: Mapping[int, tuple[str, ParsedItem]], at: datetime) -> None:
    """What items say now, by row number."""
    if changes:
        session.execute(
            update(FeedItemRow),
            [
                {"id": number, "payload": payload_of(item), "digest": digest, "changed_at": at}
                for number, (digest, item) in changes.items()
            ],
        )


def see_items(session: Session, numbers: Collection[int], at: datetime) -> None:
    """Those items were in the feed at that instant."""
    if numbers:
        session.execute(update(FeedItemRow).where(FeedItemRow.id.in_(numbers)).values(last_seen_at=at))


def items(session: Session, ids: Iterable[FeedItemId]) -> tuple[FeedItem, ...]:
    """Those items, in the order they were first seen."""
    rows = session.execute(
        select(FeedItemRow, FeedRow.kind, FeedRow.language)
        .join(FeedRow)
        .where(FeedItemRow.id.in_(list(ids)))
        .order_by(FeedItemRow.first_seen_at, FeedItemRow.id)
    )
    return tuple(
        FeedItem(
            id=FeedItemId(row.id),
            feed_id=FeedId(row.feed_id),
            kind=FeedKind(kind),
            language=language,
            item=item_of(row.payload),
            digest=row.digest,
            first_seen_at=row.first_seen_at,
            last_seen_at=row.last_seen_at,
            changed_at=row.changed_at,
        )
        for row, kind, language in rows
    )


def payload_of(item: ParsedItem) -> dict[str, Any]:
    """An item made of JSON's own kinds."""
    facts = asdict(item)
    return {
        name: value.isoformat() if isinstance(value, date) else list(value) if isinstance(value, tuple) else value
        for name, value in facts.items()
        if value not in ("", None, ())
    }


def item_of(payload: Mapping[str, Any]) -> ParsedItem:
    """The item `payload_of` was given."""
    facts = dict(payload)
    for name in ("starts_on", "ends_on", "closes_on"):
        if name in facts:
            facts[name] = date.fromisoformat(facts[name])
    if "published_at" in facts:
        facts["published_at"] = datetime.fromisoformat(facts["published_at"])
    for name in ("tags", "event_types"):
        if name in facts:
            facts[name] = tuple(facts[name])
    return ParsedItem(**facts)
