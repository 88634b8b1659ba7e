"""The books day by day: what a year had come to before each day, what the day brought and took, what it came to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.donations import rules
from crm.donations.books import Posting
from crm.donations.model import Method
from crm.donations.tables import GiftLineRow, GiftRow, MoneyEntryRow, MoneyPartRow


@dataclass(frozen=True, kw_only=True, slots=True)
class Day:
    """A day of the books on which money moved. `gone_cents` is not positive; opening, came and gone are closing."""

    on: date
    opening_cents: int
    came_cents: int
    gone_cents: int

    @property
    def closing_cents(self) -> int:
        return self.opening_cents + self.came_cents + self.gone_cents


def of(postings: Iterable[Posting], *, fund: str = "", method: Method | None = None) -> tuple[Posting, ...]:
    """Those postings that are for a fund and by a means, where either is said; a provider's fee is for no fund."""
    return tuple(one for one in postings if fund in {"", one.fund} and method in {None, one.method})


def opening(session: Session, month_on: date, *, fund: str = "", method: Method | None = None) -> int:
    """What the months of a year before this one came to, for a fund and by a means where either is said."""
    first = rules.first_of_month(month_on)
    entry, part = MoneyEntryRow, MoneyPartRow
    query: Any = select(func.coalesce(func.sum(entry.cents), 0)).join(GiftRow, GiftRow.id == entry.gift_id)
    if fund:
        query = (
            select(func.coalesce(func.sum(part.cents), 0))
            .join(entry, entry.id == part.entry_id)
            .join(GiftRow, GiftRow.id == entry.gift_id)
            .join(GiftLineRow, GiftLineRow.id == part.line_id)
            .where(GiftLineRow.fund_code == fund)
        )
    if method is not None:
        query = query.where(entry.method == method)
    before = query.where(entry.accounted_on >= first.replace(month=1), entry.accounted_on < first, ~GiftRow.is_test)
    return int(session.scalar(before) or 0)


def days(postings: Sequence[Posting], opening_cents: int) -> tuple[Day, ...]:
    """Each day of the postings, in order; what one closes with the next opens with."""
    found: list[Day] = []
    for on in sorted({one.on for one in postings}):
        moved = [one.cents for one in postings if one.on == on]
        day = Day(
            on=on,
            opening_cents=found[-1].closing_cents if found else opening_cents,
            came_cents=sum(cents for cents in moved if cents > 0),
            gone_cents=sum(cents for cents in moved if cents < 0),
        )
        found.append(day)
    return tuple(found)
