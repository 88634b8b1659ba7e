"""The newest first, a page at a time: where a page begins, and the query that goes on from there."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Select, and_, or_

Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])


class Before(NamedTuple):
    """Where the rest begins: what is earlier than an instant, or at the same one with a lower number."""

    at: datetime
    number: int


def newest(query: Rows, at: Any, number: Any, before: Before | None, size: int) -> Rows:
    """At most `size` rows of `query`, the latest first; of one instant the highest number first."""
    if before is not None:
        query = query.where(or_(at < before.at, and_(at == before.at, number < before.number)))
    return query.order_by(at.desc(), number.desc()).limit(size)
