"""The door of feeds: follow one, claim what is due, store what a visit brought."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import assert_never

from sqlalchemy.orm import Session

from crm.values.errors import Invalid
from crm.values.identifiers import FeedId, FeedItemId
from crm.values.languages import Language
from crm.values.web_address import web_address
from mailing.feeds import rules, store
from mailing.feeds.errors import FeedFollowedAlready, FeedMissing
from mailing.feeds.model import (
    Brought,
    ClaimedFeed,
    Failed,
    Feed,
    FeedItem,
    FeedKind,
    FetchReport,
    Outcome,
    Unchanged,
    Visit,
)
from mailing.feeds.tables import FeedRow


def follow(
    session: Session,
    *,
    name: str,
    url: str,
    kind: FeedKind,
    language: Language,
    interval_minutes: int = 60,
    at: datetime,
    moves: bool = False,
) -> Feed:
    """Follows a feed from `at` on; the same name and address again only bring its other facts up to date.

    With `moves`, a feed of that name goes on at the new address and keeps its items. Raises `Invalid` for a bad
    address or name, `FeedFollowedAlready` where the name or the address is another feed's.
    """
    try:
        address = web_address(url)
    except Invalid as error:
        raise Invalid("ce n’est pas une adresse web (http ou https)", field="url") from error
    name = name.strip()
    if len(address.encode()) > 1000:
        raise Invalid("cette adresse est trop longue", field="url")
    if not name:
        raise Invalid("un flux a besoin d’un nom", field="name")
    if interval_minutes < rules.SHORTEST_INTERVAL:
        raise Invalid(f"au moins {rules.SHORTEST_INTERVAL} minutes entre deux visites", field="interval_minutes")
    row = store.find_row(session, name=name)
    there = store.find_row(session, url=address)
    if there is not None and there is not row:
        raise FeedFollowedAlready(f"ce flux est déjà suivi sous le nom « {there.name} »")
    if row is not None and row.url != address and not moves:
        raise FeedFollowedAlready(f"le nom « {row.name} » est celui d’un autre flux")
    if row is None:
        row = FeedRow(name=name[:200], lease_until=None, last_fetch_at=None, last_ok_at=None, last_error="", failures=0)
        session.add(row)
    if row.url != address:
        row.url, row.next_fetch_at, row.failures, row.etag, row.last_modified = address, at, 0, "", ""
    row.kind, row.language, row.interval_minutes, row.is_active = kind, language, interval_minutes, True
    session.flush()
    return store.feed_of(row)


def feeds(session: Session) -> tuple[Feed, ...]:
    """Every feed we follow, by name, with its health and the number of its items."""
    return store.feeds(session)


def set_active(session: Session, feed_id: FeedId, *, is_active: bool, at: datetime) -> Feed:
    """Stops visiting a feed, or takes it up again (due at once); its items stay. Raises `FeedMissing`."""
    row = _row(session, feed_id)
    if is_active and not row.is_active:
        row.next_fetch_at = at
    row.is_active = is_active
    session.flush()
    return store.feed_of(row)


def claim_due(
    session: Session, now: datetime, *, only: str | None = None, at_most: int = 10
) -> tuple[ClaimedFeed, ...]:
    """Feeds that are due and nobody else is visiting, ours for `rules.LEASE`.

    With `only`, the feed of that name (else of that number) whether due or not; raises `FeedMissing` where there is
    none.
    """
    one = None if only is None else _named(session, only)
    rows = store.lease(session, now, until=now + rules.LEASE, feed_id=one, at_most=at_most)
    return tuple(
        ClaimedFeed(id=FeedId(r.id), name=r.name, url=r.url, etag=r.etag, last_modified=r.last_modified) for r in rows
    )


def store_visit(session: Session, feed_id: FeedId, visit: Visit, *, at: datetime) -> FetchReport:
    """Keeps what a visit brought and ends the lease. Idempotent; items that left the feed stay.

    Raises `FeedMissing` where the feed is gone.
    """
    row = _row(session, feed_id)
    row.lease_until, row.last_fetch_at = None, at
    match visit:
        case Failed(reason=reason, retry_after=retry_after):
            row.failures += 1
            row.last_error = reason[:500]
        case Unchanged() | Brought():
            row.failures, row.last_error, row.last_ok_at, retry_after = 0, "", at, ""
        case _:
            assert_never(visit)
    row.next_fetch_at = rules.next_visit(
        at, interval_minutes=row.interval_minutes, failures=row.failures, retry_after=retry_after
    )
    match visit:
        case Brought():
            return _store_items(session, row, visit, at)
        case Unchanged():
            return _report(row, Outcome.UNCHANGED)
        case Failed():
            return _report(row, Outcome.FAILED, error=row.last_error)


def items(session: Session, ids: Iterable[FeedItemId]) -> tuple[FeedItem, ...]:
    """Those items as the feeds last gave them, in the order they were first seen."""
    return store.items(session, ids)


def _store_items(session: Session, row: FeedRow, visit: Brought, at: datetime) -> FetchReport:
    feed_id = FeedId(row.id)
    # A file that broke off is asked for again as if we had never seen it.
    row.etag = visit.etag if visit.feed.is_whole else ""
    row.last_modified = visit.last_modified if visit.feed.is_whole else ""
    found = {rules.digest_of(item): item for item in visit.feed.items}
    known = store.known_digests(session, feed_id, [item.key for item in visit.feed.items])
    new = {digest: item for digest, item in found.items() if item.key not in known}
    changed = {
        known[item.key][0]: (digest, item)
        for digest, item in found.items()
        if item.key in known and known[item.key][1] != digest
    }
    store.see_items(session, [number for number, _ in known.values()], at)
    store.change_items(session, changed, at)
    store.add_items(session, feed_id, new, at)
    session.flush()
    return _report(
        row,
        Outcome.READ,
        new=len(new),
        changed=len(changed),
        same=len(known) - len(changed),
        dropped=visit.feed.dropped,
    )


def _report(
    row: FeedRow,
    outcome: Outcome,
    *,
    new: int = 0,
    changed: int = 0,
    same: int = 0,
    dropped: tuple[str, ...] = (),
    error: str = "",
) -> FetchReport:
    return FetchReport(
        feed_id=FeedId(row.id),
        name=row.name,
        outcome=outcome,
        new=new,
        changed=changed,
        same=same,
        dropped=dropped,
        error=error,
        next_at=row.next_fetch_at,
    )


def _named(session: Session, text: str) -> FeedId:
    row = store.find_row(session, name=text.strip())
    if row is None and text.isascii() and text.isdigit() and len(text) < 10:
        row = session.get(FeedRow, int(text))
    if row is None:
        raise FeedMissing(f"aucun flux ne s’appelle « {text} »")
    return FeedId(row.id)


def _row(session: Session, feed_id: FeedId) -> FeedRow:
    row = session.get(FeedRow, feed_id)
    if row is None:
        raise FeedMissing("ce flux n’est plus suivi")
    return row
