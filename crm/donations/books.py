"""The books: what each day of a month brought, by means and fund, and which months are closed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Label, extract, func, select
from sqlalchemy.orm import Session

from crm.donations import centres, rules, store
from crm.donations.model import EntryKind, Method
from crm.donations.tables import ClosedMonthRow, GiftLineRow, GiftRow, MoneyEntryRow, MoneyPartRow
from crm.values.identifiers import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class Posting:
    """What one day brought of one kind, by one means, for one fund, to one centre; a provider’s fee is for no fund."""

    on: date
    kind: EntryKind
    method: Method
    fund: str
    cents: int
    count: int
    centre: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Balance:
    """What the postings of a month come to: by cost centre, fund and means, each in order; all three sums are one."""

    by_centre: Mapping[str, int]
    by_fund: Mapping[str, int]
    by_method: Mapping[Method, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Month:
    """A month of the books: what of it came and stayed, what providers kept, when it was closed, and by whom."""

    month_on: date
    net_cents: int
    fee_cents: int
    closed_at: datetime | None = None
    closed_by: AccountId | None = None


def journal(session: Session, month_on: date) -> tuple[Posting, ...]:
    """Every day of a month by its day in the books, in order. Tests are left out."""
    first, last = rules.first_of_month(month_on), rules.last_of_month(month_on)
    entry = MoneyEntryRow
    within = entry.accounted_on.between(first, last)
    closed = store.closed_until(session)
    closed_until = None if closed is None else rules.last_of_month(closed)
    parts, centre = centres.of_parts(session, closed_until=closed_until)
    by = (entry.accounted_on, entry.kind, entry.method, GiftLineRow.fund_code, centre.label("centre"))
    shared = (
        parts.with_only_columns(*by, func.sum(MoneyPartRow.cents), func.count(entry.id.distinct()))
        .where(within, ~GiftRow.is_test)
        .group_by(*_keys(by))
    )
    kept, centre = centres.of_fees(session, closed_until=closed_until)
    of_fees = (entry.accounted_on, entry.method, centre.label("centre"))
    fees = (
        kept.with_only_columns(*of_fees, func.sum(entry.cents), func.count())
        .where(within, ~GiftRow.is_test)
        .group_by(*_keys(of_fees))
    )
    found = [
        Posting(on=on, kind=kind, method=method, fund=fund, centre=centre, cents=int(cents), count=count)
        for on, kind, method, fund, centre, cents, count in session.execute(shared)
    ]
    found += [
        Posting(on=on, kind=EntryKind.FEE, method=method, fund="", centre=centre, cents=int(cents), count=count)
        for on, method, centre, cents, count in session.execute(fees)
    ]
    return tuple(sorted(found, key=lambda one: (one.on, one.kind, one.method, one.fund, one.centre)))


def balance(postings: Sequence[Posting]) -> Balance:
    """The sums of postings."""
    by_centre: dict[str, int] = {}
    by_fund: dict[str, int] = {}
    by_method: dict[Method, int] = {}
    for one in postings:
        by_centre[one.centre] = by_centre.get(one.centre, 0) + one.cents
        by_fund[one.fund] = by_fund.get(one.fund, 0) + one.cents
        by_method[one.method] = by_method.get(one.method, 0) + one.cents
    return Balance(
        by_centre=dict(sorted(by_centre.items())),
        by_fund=dict(sorted(by_fund.items())),
        by_method=dict(sorted(by_method.items())),
    )


def _keys(columns: Sequence[Any]) -> list[Any]:
    """A labelled expression is grouped by its name: PostgreSQL takes two spellings with bound values for two."""
    return [column.name if isinstance(column, Label) else column for column in columns]


def months(session: Session) -> tuple[Month, ...]:
    """Every month that has movements or is closed, the newest first. Tests are left out.

    The first month that was closed closed all before it.
    """
    entry = MoneyEntryRow
    year, month = extract("year", entry.accounted_on), extract("month", entry.accounted_on)
    counted = session.execute(
        select(year, month, entry.kind, func.sum(entry.cents))
        .join(GiftRow, GiftRow.id == entry.gift_id)
        .where(~GiftRow.is_test)
        .group_by(year, month, entry.kind)
    ).all()
    closings = session.scalars(select(ClosedMonthRow).order_by(ClosedMonthRow.month_on)).all()
    sums: dict[date, list[int]] = {row.month_on: [0, 0] for row in closings}
    for of_year, of_month, kind, cents in counted:
        both = sums.setdefault(date(int(of_year), int(of_month), 1), [0, 0])
        both[kind is EntryKind.FEE] += int(cents)
    return tuple(
        _month(day, sums[day], next((row for row in closings if row.month_on >= day), None))
        for day in sorted(sums, reverse=True)
    )


def _month(day: date, sums: Sequence[int], closed: ClosedMonthRow | None) -> Month:
    by = None if closed is None or closed.closed_by is None else AccountId(closed.closed_by)
    return Month(
        month_on=day,
        net_cents=sums[0],
        fee_cents=sums[1],
        closed_at=None if closed is None else closed.closed_at,
        closed_by=by,
    )
