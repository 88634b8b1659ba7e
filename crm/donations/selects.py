"""Gifts as SQL for upper rooms: the one view of what was really given."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, case, cast, extract, func, select, union_all
from sqlalchemy.orm import aliased

from crm.donations.model import EntryKind, GiftKind, LineKind, Method
from crm.donations.refunding import DROPPED, OURS
from crm.donations.tables import (
    AppealRow,
    BatchEntryRow,
    BatchRow,
    CampaignRow,
    GiftCorrectionRow,
    GiftLineRow,
    GiftMoveRow,
    GiftRow,
    MoneyEntryRow,
    SourceRow,
)
from crm.foundation.numbered import one_of


def effective_gifts() -> Select[*tuple[Any, ...]]:
    """(id, person_id, given_on, kind, method, source_code, net_cents, given_cents) of each gift of which something came
    and stayed.

    Tests are left out, and what was given back is taken off. Whatever counts money reads this and nothing else;
    whatever counts donors reads `given_cents`, which leaves out fees and goods.
    """
    return select(
        GiftRow.id,
        GiftRow.person_id,
        GiftRow.given_on,
        GiftRow.kind,
        GiftRow.method,
        GiftRow.source_code,
        GiftRow.net_cents,
        GiftRow.given_cents,
    ).where(GiftRow.net_cents > 0, ~GiftRow.is_test)


def last_entry() -> Select[int]:
    """The number of the newest movement of money, 0 of none: numbers only grow."""
    return select(func.coalesce(func.max(MoneyEntryRow.id), 0))


def moved_after(entry: int) -> Select[*tuple[Any, ...]]:
    """(person_id, given_on, kind, source_code) of each gift of which money moved after that movement."""
    moved = select(MoneyEntryRow.gift_id).where(MoneyEntryRow.id > entry)
    return select(GiftRow.person_id, GiftRow.given_on, GiftRow.kind, GiftRow.source_code).where(GiftRow.id.in_(moved))


def changed_after(at: datetime) -> Select[*tuple[Any, ...]]:
    """(person_id, given_on, kind, source_code, at) of each gift that was put right, or became somebody else's, after an
    instant, no money moving: once as it is, and once as it was: its day, the code it bore, whose it was.
    """
    gift, put, moved = GiftRow, GiftCorrectionRow, GiftMoveRow
    is_put, is_moved = put.decided_at > at, moved.moved_at > at
    put_at, moved_at = put.decided_at.label("at"), moved.moved_at.label("at")
    facts = (gift.given_on, gift.kind)
    several = union_all(
        select(gift.person_id, *facts, gift.source_code, put_at).join(put, put.gift_id == gift.id).where(is_put),
        select(
            gift.person_id,
            func.coalesce(put.was_on, gift.given_on).label("given_on"),
            gift.kind,
            func.coalesce(put.was_source, gift.source_code).label("source_code"),
            put_at,
        )
        .join(put, put.gift_id == gift.id)
        .where(is_put),
        select(gift.person_id, *facts, gift.source_code, moved_at)
        .join(moved, moved.gift_id == gift.id)
        .where(is_moved),
        select(moved.from_person_id.label("person_id"), *facts, gift.source_code, moved_at)
        .join(moved, moved.gift_id == gift.id)
        .where(is_moved),
    ).subquery("changed_gifts")
    return select(*several.c)


def appeals_named() -> Select[*tuple[Any, ...]]:
    """(appeal_id, code, name, campaign, campaign_code) of every appeal."""
    row, campaign = AppealRow, CampaignRow
    named = (campaign.name.label("campaign"), campaign.code.label("campaign_code"))
    return select(row.id.label("appeal_id"), row.code, row.name, *named).join(campaign, campaign.id == row.campaign_id)


def slips() -> Select[*tuple[Any, ...]]:
    """(code, appeal_id, package) of every code that gifts may bear."""
    return select(SourceRow.code, SourceRow.appeal_id, SourceRow.package)


def answers() -> Select[*tuple[Any, ...]]:
    """(person_id, appeal_id, given_on, given_cents) of each effective gift that bears the code of an appeal's slip."""
    gifts = effective_gifts().where(GiftRow.given_cents > 0)
    return gifts.join(SourceRow, SourceRow.code == GiftRow.source_code).with_only_columns(
        GiftRow.person_id, SourceRow.appeal_id, GiftRow.given_on, GiftRow.given_cents
    )


def latest_kinds(person_ids: Collection[int], cents: Collection[int]) -> Select[*tuple[Any, ...]]:
    """(person_id, net_cents, kind) of the latest gift of each of those amounts of those people, without tests."""
    row = GiftRow
    order = (row.given_on.desc(), row.id.desc())
    place = func.row_number().over(partition_by=(row.person_id, row.net_cents), order_by=order)
    of_them = (one_of(row.person_id, person_ids), one_of(row.net_cents, cents), row.net_cents > 0, ~row.is_test)
    ranked = select(row.person_id, row.net_cents, row.kind, place.label("place")).where(*of_them).subquery("ranked")
    return select(ranked.c.person_id, ranked.c.net_cents, ranked.c.kind).where(ranked.c.place == 1)


def legacies() -> Select[*tuple[Any, ...]]:
    """(id, person_id, given_on, net_cents) of each gift of the kind legacy; tests are left out."""
    return select(GiftRow.id, GiftRow.person_id, GiftRow.given_on, GiftRow.net_cents).where(
        GiftRow.kind == GiftKind.LEGACY, ~GiftRow.is_test
    )


def gifts_of(person_ids: Collection[int]) -> Select[int]:
    """The numbers of the gifts of those people, tests among them."""
    return select(GiftRow.id).where(GiftRow.person_id.in_(person_ids))


def deductible_lines() -> Select[*tuple[Any, ...]]:
    """(gift_id, person_id, given_on, net_cents) of each line for which tax is given back, of effective gifts."""
    return (
        select(GiftLineRow.gift_id, GiftRow.person_id, GiftRow.given_on, GiftLineRow.net_cents)
        .join(GiftRow, GiftRow.id == GiftLineRow.gift_id)
        .where(GiftLineRow.is_deductible, GiftLineRow.net_cents > 0, ~GiftRow.is_test)
    )


def lines_given(first_on: Any, last_on: Any) -> Select[*tuple[Any, ...]]:
    """Each line of each gift of those days, deductible or not: whoever leaves one out has to say why."""
    return (
        select(
            GiftLineRow.id.label("line_id"),
            GiftLineRow.gift_id,
            GiftRow.person_id,
            GiftRow.given_on,
            GiftLineRow.cents,
            GiftLineRow.net_cents,
            GiftLineRow.is_deductible,
            GiftRow.is_test,
        )
        .join(GiftRow, GiftRow.id == GiftLineRow.gift_id)
        .where(GiftRow.given_on.between(first_on, last_on))
    )


def givers(first_on: Any, last_on: Any) -> Select[int]:
    """Whoever gave on one of those days, in whatever way; once for each gift."""
    return select(GiftRow.person_id).where(GiftRow.given_on.between(first_on, last_on))


def lines_collected(first_on: Any, last_on: Any) -> Select[int]:
    """The lines of gifts of those days that a bank collected by mandate, and may take back for a while."""
    return (
        select(GiftLineRow.id)
        .join(GiftRow, GiftRow.id == GiftLineRow.gift_id)
        .where(GiftRow.given_on.between(first_on, last_on), GiftRow.method == Method.DIRECT_DEBIT)
    )


def fee_lines() -> Select[*tuple[Any, ...]]:
    """(line_id, gift_id, person_id, given_on, kind, net_cents) of each fee that came and stayed; tests are left out."""
    return (
        select(
            GiftLineRow.id.label("line_id"),
            GiftLineRow.gift_id,
            GiftRow.person_id,
            GiftRow.given_on,
            GiftRow.kind,
            GiftLineRow.net_cents,
        )
        .join(GiftRow, GiftRow.id == GiftLineRow.gift_id)
        .where(
            # Said of the gift too: the index of gifts knows it, and no line of the many without a fee is looked up.
            GiftRow.given_cents < GiftRow.net_cents,
            GiftLineRow.kind == LineKind.FEE,
            GiftLineRow.net_cents > 0,
            ~GiftRow.is_test,
        )
    )


def effective_entries() -> Select[*tuple[Any, ...]]:
    """(gift_id, method, provider, booked_on, cents, entry_id) of each movement of which a gift's net is made; no fee,
    no test.
    """
    return (
        select(
            MoneyEntryRow.gift_id,
            MoneyEntryRow.method,
            MoneyEntryRow.provider,
            MoneyEntryRow.booked_on,
            MoneyEntryRow.cents,
            MoneyEntryRow.id.label("entry_id"),
        )
        .join(GiftRow, GiftRow.id == MoneyEntryRow.gift_id)
        .where(MoneyEntryRow.kind != EntryKind.FEE, ~GiftRow.is_test)
    )


def pile_entries() -> Select[*tuple[Any, ...]]:
    """(entry_id, batch_id, gift_id, cents, booked_on, is_given_back) of each movement by which a pile of cheques or
    cash came, of each that corrected one, and of each by which cash went back to a donor: out of the pile, until that
    is at the bank.
    """
    entry, line, pile = MoneyEntryRow, BatchEntryRow, BatchRow
    is_given_back = (entry.kind == EntryKind.REFUND) & (entry.method == Method.CASH)
    is_received = entry.kind.in_((EntryKind.RECEIPT, EntryKind.CORRECTION))
    is_of_it = (entry.method == pile.method) & (is_received | is_given_back)
    return (
        select(
            entry.id.label("entry_id"),
            pile.id.label("batch_id"),
            entry.gift_id,
            entry.cents,
            entry.booked_on,
            (entry.kind == EntryKind.REFUND).label("is_given_back"),
        )
        .join(line, line.gift_id == entry.gift_id)
        .join(pile, pile.id == line.batch_id)
        .where(pile.posted_at.is_not(None), is_of_it)
    )


def piles(until: date | None = None) -> Select[*tuple[Any, ...]]:
    """(batch_id, method, received_on, cents, gifts) of each pile that counts and came to anything, less the cash that
    was given back out of it, until a day where one is said.
    """
    pile, entries = BatchRow, pile_entries().subquery("pile_entries")
    query = select(
        pile.id.label("batch_id"),
        pile.method,
        pile.received_on,
        func.sum(entries.c.cents).label("cents"),
        func.count(entries.c.gift_id.distinct()).label("gifts"),
    ).join(entries, entries.c.batch_id == pile.id)
    if until is not None:
        query = query.where(~entries.c.is_given_back | (entries.c.booked_on <= until))
    return query.group_by(pile.id, pile.method, pile.received_on).having(func.sum(entries.c.cents) > 0)


def refunds_decided() -> Select[*tuple[Any, ...]]:
    """(entry_id, gift_id, person_id, booked_on, cents, name) of each refund that the house booked when it decided on
    it, cash apart, which no bank pays; tests are left out, and those that are dropped.
    """
    row, dropped = MoneyEntryRow, aliased(MoneyEntryRow)
    is_dropped = select(dropped.id).where(dropped.provider == OURS, dropped.external_id == row.external_id + DROPPED)
    return (
        select(
            row.id.label("entry_id"),
            row.gift_id,
            GiftRow.person_id,
            row.booked_on,
            row.cents,
            row.external_id.label("name"),
        )
        .join(GiftRow, GiftRow.id == row.gift_id)
        .where(row.provider == OURS, row.kind == EntryKind.REFUND, row.method != Method.CASH, ~GiftRow.is_test)
        .where(~is_dropped.exists())
    )


def months_between(earlier: Any, later: Any) -> ColumnElement[int]:
    """Completed months from one day to a later one, in whole numbers on both databases; twin of `portraits`."""

    def part(name: str, of: Any) -> ColumnElement[int]:
        return cast(extract(name, of), Integer)

    short = case((part("day", later) < part("day", earlier), 1), else_=0)
    years = part("year", later) - part("year", earlier)
    return years * 12 + part("month", later) - part("month", earlier) - short


def months_more(earlier: Any, later: Any) -> ColumnElement[int]:
    """More than so many months: those completed before the later day itself; twin of `portraits`."""
    to_the_day = case((extract("day", earlier) == extract("day", later), 1), else_=0)
    return months_between(earlier, later) - to_the_day
