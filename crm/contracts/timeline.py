"""One timeline out of many sources, page by page: nothing twice, nothing left out, whatever happened at one instant."""

from __future__ import annotations

import heapq
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from crm.contracts.person_page import Look, TimelineEntry, TimelineSource
from crm.foundation.newest import Before

_EVERY = 2**62
"""A number above all that a source gives: everything at that instant is still to come."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Cursor:
    """The last entry of a page: the next one begins after it."""

    at: datetime
    source: str
    number: int

    def __str__(self) -> str:
        """As it stands in an address: microseconds (below zero before 1970), a source, a number; nothing of anybody."""
        return f"{(self.at - _EPOCH) // timedelta(microseconds=1)}.{self.source}.{self.number}"

    @classmethod
    def read(cls, text: str) -> Cursor | None:
        """The cursor of an address, or None for anything else."""
        first, _, rest = text.partition(".")
        source, _, number = rest.rpartition(".")
        if not (_is_number(first.removeprefix("-")) and _is_number(number) and source):
            return None
        try:
            return cls(_EPOCH + timedelta(microseconds=int(first)), source, int(number))
        except OverflowError:
            return None

    def before(self, source: str) -> Before:
        """Where the rest of that source begins, by the order of the whole timeline (instant, source, number)."""
        if source == self.source:
            return Before(at=self.at, number=self.number)
        return Before(at=self.at, number=_EVERY if source < self.source else -1)


@dataclass(frozen=True, slots=True)
class TimelinePage:
    """A page of the timeline; `next` opens the following one and is None on the last."""

    entries: tuple[TimelineEntry, ...]
    next: Cursor | None


def page(
    session: Session, look: Look, sources: Sequence[TimelineSource], *, after: Cursor | None, size: int
) -> TimelinePage:
    """The newest `size` entries of all those sources that come after the cursor; each source is asked once."""
    found = [
        one.entries(session, look, before=after.before(one.source) if after else None, size=size + 1) for one in sources
    ]
    merged = tuple(islice(heapq.merge(*found, key=_order, reverse=True), size + 1))
    last = merged[size - 1] if len(merged) > size else None
    return TimelinePage(entries=merged[:size], next=None if last is None else Cursor(last.at, last.source, last.number))


def _order(entry: TimelineEntry) -> tuple[datetime, str, int]:
    return entry.at, entry.source, entry.number


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 18
