"""Content as SQLAlchemy expressions."""

from __future__ import annotations

from datetime import date, datetime
from typing import assert_never

from sqlalchemy import ColumnElement, and_, exists, func, or_

from crm.values.identifiers import TermId
from mailing.content.model import ContentKind, Standing
from mailing.content.tables import ContentItemRow, ContentTermRow


def dated_at() -> ColumnElement[datetime]:
    """When a thing was published; where nobody says, when we first saw it."""
    return func.coalesce(ContentItemRow.published_at, ContentItemRow.first_seen_at)


def is_open(day: date) -> ColumnElement[bool]:
    """`ContentItem.is_open` in SQL: true where one can still act on a thing on that Belgian day."""
    row = ContentItemRow
    petition = and_(row.closed_at.is_(None), or_(row.closes_on.is_(None), row.closes_on >= day))
    event = func.coalesce(row.ends_on, row.starts_on) >= day
    return or_(
        and_(row.kind == ContentKind.PETITION, petition),
        and_(row.kind == ContentKind.EVENT, event),
        row.kind.in_([ContentKind.ARTICLE, ContentKind.BLOG]),
    )


def wears(term_id: TermId) -> ColumnElement[bool]:
    """A thing wears that term, declared or guessed."""
    return exists().where(ContentTermRow.content_id == ContentItemRow.id, ContentTermRow.term_id == term_id)


def stands(standing: Standing, day: date) -> ColumnElement[bool]:
    """The answer to a question one asks of the library, on that Belgian day."""
    row = ContentItemRow
    match standing:
        case Standing.OPEN:
            return and_(row.hidden.is_(False), is_open(day))
        case Standing.TRUNCATED:
            return and_(row.intro_truncated, row.own_intro.is_(None), row.hidden.is_(False))
        case Standing.EDITED:
            return or_(row.own_title.is_not(None), row.own_intro.is_not(None))
        case Standing.HIDDEN:
            return row.hidden.is_(True)
        case _:
            assert_never(standing)
