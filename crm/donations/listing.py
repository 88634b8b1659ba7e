"""SQL of the list of gifts: those that answer its filters, a page at a time, and what all of them come to."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select, tuple_
from sqlalchemy.orm import Session

from crm.donations import store
from crm.donations.model import Gift, Line, Method, Totals, Wanted
from crm.donations.tables import (
    AppealRow,
    BatchEntryRow,
    GiftLineRow,
    GiftRow,
    MoneyEntryRow,
    MoneyPartRow,
    SourceRow,
)
from crm.foundation.numbered import one_of
from crm.values.identifiers import GiftId


def page(session: Session, wanted: Wanted, *, after: int | None, size: int) -> tuple[Gift, ...]:
    """The newest gifts by their day that answer, those after the one numbered so where given."""
    query = _wanted(select(GiftRow), wanted).order_by(GiftRow.given_on.desc(), GiftRow.id.desc()).limit(size)
    if after is not None and (last := session.get(GiftRow, after)) is not None:
        query = query.where(tuple_(GiftRow.given_on, GiftRow.id) < tuple_(last.given_on, last.id))
    return tuple(store.gift(row) for row in session.scalars(query))


def lines_of(session: Session, gift_ids: Collection[GiftId]) -> dict[GiftId, list[Line]]:
    """The lines of each of those gifts, in order."""
    row = GiftLineRow
    found: dict[GiftId, list[Line]] = {gift_id: [] for gift_id in gift_ids}
    query = select(row).where(one_of(row.gift_id, gift_ids)).order_by(row.gift_id, row.position)
    for line in session.scalars(query):
        found[GiftId(line.gift_id)].append(store.line_of(line))
    return found


def totals(session: Session, wanted: Wanted) -> Totals:
    """What all gifts that answer come to; tests are left out, and what went back whole counts as no gift."""
    query = _wanted(select(GiftRow), wanted).where(~GiftRow.is_test)
    these = query.with_only_columns(GiftRow.id).scalar_subquery()
    stands = GiftRow.net_cents > 0
    counted = _wanted(
        select(
            func.count(case((stands, GiftRow.id))),
            func.count(case((stands, GiftRow.person_id)).distinct()),
            func.coalesce(func.sum(GiftRow.net_cents), 0),
        ),
        wanted,
    ).where(~GiftRow.is_test)
    gifts, donors, net = session.execute(counted).one()
    by_fund = (
        select(GiftLineRow.fund_code, func.sum(GiftLineRow.net_cents))
        .where(GiftLineRow.gift_id.in_(these))
        .group_by(GiftLineRow.fund_code)
        .order_by(GiftLineRow.fund_code)
    )
    by_method = (
        select(MoneyEntryRow.method, func.sum(MoneyPartRow.cents))
        .join(MoneyPartRow, MoneyPartRow.entry_id == MoneyEntryRow.id)
        .where(MoneyEntryRow.gift_id.in_(these))
        .group_by(MoneyEntryRow.method)
        .order_by(MoneyEntryRow.method)
    )
    return Totals(
        gifts=gifts,
        donors=donors,
        net_cents=int(net),
        by_fund={code: int(cents) for code, cents in session.execute(by_fund)},
        by_method={Method(method): int(cents) for method, cents in session.execute(by_method)},
    )


def _wanted(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    row = GiftRow
    plain = (
        (wanted.since_on, row.given_on.__ge__),
        (wanted.until_on, row.given_on.__le__),
        (wanted.kind, row.kind.__eq__),
        (wanted.method, row.method.__eq__),
        (wanted.person_id, row.person_id.__eq__),
        (wanted.least_cents, row.net_cents.__ge__),
        (wanted.most_cents, row.net_cents.__le__),
    )
    asked: list[ColumnElement[bool]] = [is_so(value) for value, is_so in plain if value is not None]
    if wanted.batch_id is not None:
        of_batch = select(BatchEntryRow.gift_id).where(BatchEntryRow.batch_id == wanted.batch_id)
        asked.append(row.id.in_(of_batch.where(BatchEntryRow.gift_id.is_not(None))))
    if wanted.fund:
        line = select(GiftLineRow.id).where(GiftLineRow.gift_id == row.id, GiftLineRow.fund_code == wanted.fund)
        asked.append(line.correlate_except(GiftLineRow).exists())
    if wanted.code:
        code, appeal = SourceRow, AppealRow
        named = or_(code.code == wanted.code, appeal.code == wanted.code)
        asked.append(row.source_code.in_(select(code.code).join(appeal, appeal.id == code.appeal_id).where(named)))
    return query.where(*asked)
