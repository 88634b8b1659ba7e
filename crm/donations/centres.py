"""The door of cost centres: their rules, what each movement is accounted to, and what a closed month keeps of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    case,
    cast,
    extract,
    func,
    insert,
    literal,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased

from crm.donations import costing, store
from crm.donations.costing import SHORT_YEAR, YEAR, CentreRule, Donors
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.model import EntryKind
from crm.donations.tables import (
    AppealRow,
    CentreRuleRow,
    FundRow,
    GiftLineRow,
    GiftRow,
    MoneyEntryRow,
    MoneyPartRow,
    PostedCentreRow,
    SourceRow,
)
from crm.values.errors import Invalid
from crm.values.identifiers import AppealId, CampaignId

FIRST_DAY = date(1900, 1, 1)


def rules(session: Session) -> tuple[CentreRule, ...]:
    """The rules that finance made, the most particular first."""
    return costing.ordered(
        CentreRule(
            id=row.id,
            code=row.code,
            campaign_id=None if row.campaign_id is None else CampaignId(row.campaign_id),
            appeal_id=None if row.appeal_id is None else AppealId(row.appeal_id),
            fund=row.fund_code,
            kind=row.gift_kind,
            donors=row.donors,
        )
        for row in session.scalars(select(CentreRuleRow))
    )


def add_rule(session: Session, new: CentreRule) -> CentreRule:
    """One more rule; it counts for every month that is open. Raises Invalid with the field that cannot be so."""
    if not costing.is_code(new.code):
        raise Invalid("a code of letters, digits and years", field="code")
    if new.fund is not None:
        store.open_funds(session, {new.fund})  # the general one is always there
        if session.get(FundRow, new.fund) is None:
            raise Invalid("no such fund", field="fund")
    if new.appeal_id is not None and session.get(AppealRow, new.appeal_id) is None:
        raise Invalid("no such appeal", field="appeal")
    same = replace(new, id=0, code="")
    if any(replace(one, id=0, code="") == same for one in rules(session)):
        raise Invalid("another rule says so already", field="rule")
    row = CentreRuleRow(
        code=new.code,
        campaign_id=new.campaign_id,
        appeal_id=new.appeal_id,
        fund_code=new.fund,
        gift_kind=new.kind,
        donors=new.donors,
    )
    session.add(row)
    session.flush()
    return replace(new, id=row.id)


def drop_rule(session: Session, rule_id: int) -> None:
    """Takes a rule away from the months that are open; one that is gone is gone."""
    row = session.get(CentreRuleRow, rule_id)
    if row is not None:
        session.delete(row)
        session.flush()


def of_parts(session: Session, *, closed_until: date | None) -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    """Each part of each movement (joined with its gift, line and donor), and the centre that it is accounted to.

    In a closed month that is what was kept when it was closed, in an open one what the rules say today.
    """
    return _joined(session, closed_until, is_fee=False)


def of_fees(session: Session, *, closed_until: date | None) -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    """The same of what providers kept, which is for no fund."""
    return _joined(session, closed_until, is_fee=True)


def keep(session: Session, *, after: date | None, until: date) -> None:
    """Writes down what the rules say of every movement of the months that close, so that it never changes again."""
    if not rules(session):
        return
    since = MoneyEntryRow.accounted_on > after if after is not None else true()
    for is_fee in (False, True):
        joined, centre = _joined(session, None, is_fee=is_fee)
        fund = literal("") if is_fee else GiftLineRow.fund_code
        kept = (
            joined.with_only_columns(MoneyEntryRow.id, fund, centre)
            .where(since, MoneyEntryRow.accounted_on <= until, centre != "")
            .distinct()
        )
        session.execute(insert(PostedCentreRow).from_select(["entry_id", "fund_code", "code"], kept))


def _joined(
    session: Session, closed_until: date | None, *, is_fee: bool
) -> tuple[Select[*tuple[Any, ...]], ColumnElement[str]]:
    entry, appeal = MoneyEntryRow, aliased(AppealRow)
    query: Any = select(entry.id).join(GiftRow, GiftRow.id == entry.gift_id)
    if is_fee:
        query = query.where(entry.kind == EntryKind.FEE)
    else:
        query = query.join(MoneyPartRow, MoneyPartRow.entry_id == entry.id)
        query = query.join(GiftLineRow, GiftLineRow.id == MoneyPartRow.line_id)
    fund: ColumnElement[str] = literal("") if is_fee else GiftLineRow.fund_code.expression
    query = (
        query.outerjoin(DonorStatsRow, DonorStatsRow.person_id == GiftRow.person_id)
        .outerjoin(SourceRow, SourceRow.code == GiftRow.source_code)
        .outerjoin(appeal, appeal.id == SourceRow.appeal_id)
        .outerjoin(PostedCentreRow, and_(PostedCentreRow.entry_id == entry.id, PostedCentreRow.fund_code == fund))
    )
    told = _told(rules(session), fund, appeal)
    if closed_until is None:
        return query, told
    kept = func.coalesce(PostedCentreRow.code, "")
    return query, case((entry.accounted_on <= closed_until, kept), else_=told)


def _told(several: Iterable[CentreRule], fund: ColumnElement[str], appeal: Any) -> ColumnElement[str]:
    """What the rules say, as SQL; `costing.centre` says the same of one movement (a property test)."""
    any_gift = aliased(GiftRow)
    first = (
        select(func.min(any_gift.given_on))
        .where(any_gift.person_id == GiftRow.person_id, ~any_gift.is_test)
        .scalar_subquery()
    )
    acquired_on = func.coalesce(DonorStatsRow.first_on, first, GiftRow.given_on)
    acquired = cast(extract("year", acquired_on), Integer)
    booked = cast(extract("year", MoneyEntryRow.accounted_on), Integer)
    whens = []
    for rule in several:
        asked: list[ColumnElement[bool]] = [true()]
        if rule.appeal_id is not None:
            asked.append(appeal.id == rule.appeal_id)
        if rule.campaign_id is not None:
            asked.append(appeal.campaign_id == rule.campaign_id)
        if rule.fund is not None:
            asked.append(fund == rule.fund)
        if rule.kind is not None:
            asked.append(GiftRow.kind == rule.kind)
        if rule.donors is not Donors.ANY:
            asked.append(acquired >= booked if rule.donors is Donors.NEW else acquired < booked)
        whens.append((and_(*asked), _written(rule.code, cast(acquired, String))))
    return case(*whens, else_="") if whens else literal("")


def _written(code: str, year: ColumnElement[str]) -> ColumnElement[str]:
    found: ColumnElement[str] = literal("")
    for piece in re.split(r"(\{year\}|\{yy\})", code):
        if piece == YEAR:
            found = found.concat(year)
        elif piece == SHORT_YEAR:
            found = found.concat(func.substr(year, 3, 2))
        elif piece:
            found = found.concat(piece)
    return found
