"""Feeds as SQLAlchemy expressions for the rooms above."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Select, select

from mailing.feeds.tables import FeedItemRow


def kept_items() -> Select[int, int, str, datetime, datetime]:
    """(id, feed_id, digest, first_seen_at, last_seen_at) of every item ever seen."""
    return select(
        FeedItemRow.id, FeedItemRow.feed_id, FeedItemRow.digest, FeedItemRow.first_seen_at, FeedItemRow.last_seen_at
    )
