"""Visit the feeds that are due, and take what they bring into the library."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly
from crm.foundation.fetch import Fetcher, FetchFailed, FetchRefused
from crm.foundation.translation import N_
from mailing.content import service as content
from mailing.feeds import service as feeds
from mailing.feeds.errors import NotAFeed
from mailing.feeds.model import Brought, ClaimedFeed, Failed, FetchReport, Outcome, Unchanged, Visit
from mailing.feeds.parsing import parse

AT_ONCE = 25
"""Items taken in per transaction: each stays short, so that the web stays quick beside it."""

log = logging.getLogger(__name__)


def run(assembly: Assembly, now: datetime, only: str | None = None) -> Mapping[str, Any]:
    """Visits every feed that is due (or the one of that name or number, due or not) and returns figures for the log.

    Claimed, fetched and stored apart: no transaction is open while a site answers, and a bad feed never stops the
    others. Raises `FeedMissing` where `only` names no feed.
    """
    reports = [_visited(assembly, feed, now) for feed in _claim(assembly, now, only)]
    new = joined = changed = 0
    is_done = False
    while not is_done:
        with assembly.database.transaction() as session:
            taken = content.take_in(session, now, at_most=AT_ONCE)
        new, joined, changed = new + taken.new, joined + taken.joined, changed + taken.changed
        is_done = taken.is_done
    return {
        "visited": len(reports),
        "failed": sum(report.outcome is Outcome.FAILED for report in reports),
        "items_new": sum(report.new for report in reports),
        "items_changed": sum(report.changed for report in reports),
        "content_new": new,
        "content_joined": joined,
        "content_changed": changed,
        "feeds": [_plain(report) for report in reports],
    }


def _claim(assembly: Assembly, now: datetime, only: str | None) -> tuple[ClaimedFeed, ...]:
    with assembly.database.transaction() as session:
        return feeds.claim_due(session, now, only=only)


def _visited(assembly: Assembly, feed: ClaimedFeed, now: datetime) -> FetchReport:
    visit = _visit(assembly.fetcher, feed)
    try:
        return _stored(assembly, feed, visit, now)
    except Exception:
        log.exception("what a feed brought could not be kept", extra={"feed": feed.id})
        return _stored(assembly, feed, Failed(reason=N_("le contenu du flux n’a pas pu être gardé")), now)


def _stored(assembly: Assembly, feed: ClaimedFeed, visit: Visit, now: datetime) -> FetchReport:
    with assembly.database.transaction() as session:
        return feeds.store_visit(session, feed.id, visit, at=now)


def _visit(fetcher: Fetcher, feed: ClaimedFeed) -> Visit:
    try:
        got = fetcher.fetch(feed.url, etag=feed.etag, last_modified=feed.last_modified)
        if got.status == 304:
            return Unchanged()
        return Brought(feed=parse(got.body), etag=got.etag, last_modified=got.last_modified)
    except FetchFailed as error:
        return Failed(reason=str(error), retry_after=error.retry_after)
    except (FetchRefused, NotAFeed) as error:
        return Failed(reason=str(error))
    except Exception:
        log.exception("a feed could not be visited", extra={"feed": feed.id})
        return Failed(reason=N_("une erreur inattendue s’est produite"))


def _plain(report: FetchReport) -> dict[str, Any]:
    """A report made of JSON's own kinds."""
    return {
        "feed": report.feed_id,
        "name": report.name,
        "outcome": report.outcome.value,
        "new": report.new,
        "changed": report.changed,
        "same": report.same,
        "dropped": list(report.dropped),
        "error": report.error,
        "next_at": report.next_at.isoformat() if report.next_at else None,
    }
