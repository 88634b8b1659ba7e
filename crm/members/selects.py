"""Who is a member on a day, as SQL over everybody at once; `rules` says the same of one, and a test binds them.

A fee falls on the membership of whoever paid it. Who pays a fee and has no membership yet is a member all the same,
from that moment on: their key is their own number, negative, until `service.catch_up` opens the membership. A fee that
comes after somebody left makes no member of them: a colleague looks (`after_leaving`).
"""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union,
    union_all,
)
from sqlalchemy.orm import aliased

from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.foundation.months import MONTH, mark, mark_of
from crm.members.model import ORDINARY, LeaveReason
from crm.members.rules import FOREVER, MOST_MONTHS, YEAR_MONTHS
from crm.members.tables import KindRow, MembershipRow, PartRow, RateRow, TermsRow
from crm.people import selects as people
from crm.plans import selects as plans
from crm.plans.model import PlanState


def fees(day: date | None = None, among: Any = None) -> Select[*tuple[Any, ...]]:
    """(key, line_id, gift_id, person_id, given_on, cents, months) of each fee, up to a day where it is given.

    `key` is the number of the membership, or less than nought where there is none yet. `among` (what `in_` takes):
    those only that count for any of these people.
    """
    paid, terms, rates = donations.fee_lines().subquery("paid"), _terms(), _rates()
    part, on_part = PartRow, _counts_for(paid)
    on_terms = and_(terms.c.membership_id == part.membership_id, _holds(terms, paid.c.given_on))
    kind = func.coalesce(terms.c.kind, ORDINARY)
    on_rate = and_(rates.c.kind == kind, _holds(rates, paid.c.given_on))
    found = (
        select(
            func.coalesce(part.membership_id, -paid.c.person_id).label("key"),
            paid.c.line_id,
            paid.c.gift_id,
            paid.c.person_id,
            paid.c.given_on,
            paid.c.net_cents.label("cents"),
            _months(paid.c, rates.c).label("months"),
        )
        .select_from(paid)
        .outerjoin(part, on_part)
        .outerjoin(terms, on_terms)
        .outerjoin(rates, on_rate)
        .where(or_(part.membership_id.is_not(None), ~_had_left(paid)))
    )
    found = found if among is None else found.where(paid.c.person_id.in_(_payers(among)))
    return found if day is None else found.where(paid.c.given_on <= day)


def _payers(among: Any) -> Any:
    """Those people, and whoever ever shared a membership with one of them."""
    mine, other = aliased(PartRow), aliased(PartRow)
    themselves = people.everybody().subquery("themselves")
    shared = select(other.person_id).join(mine, mine.membership_id == other.membership_id)
    return union(
        select(themselves.c.person_id).where(themselves.c.person_id.in_(among)),
        shared.where(mine.person_id.in_(among)),
    )


def after_leaving() -> Select[*tuple[Any, ...]]:
    """(person_id, gift_id, given_on, cents) of each fee of somebody who had left: it counts for nothing."""
    paid, part = donations.fee_lines().subquery("paid"), PartRow
    on_part = _counts_for(paid)
    return (
        select(paid.c.person_id, paid.c.gift_id, paid.c.given_on, paid.c.net_cents.label("cents"))
        .outerjoin(part, on_part)
        .where(part.id.is_(None), _had_left(paid))
    )


def standings(day: date, among: Any = None) -> Select[*tuple[Any, ...]]:
    """(key, first_on, until) of each that fees ever carried, as one could know on a day; `until` is a mark.

    What asks no fee on that day holds until `FOREVER`.
    """
    known = fees(day, among).cte()
    order = (known.c.given_on, known.c.line_id)
    before = func.sum(known.c.months).over(partition_by=known.c.key, order_by=order) - known.c.months
    each = select(
        known.c.key, known.c.given_on, known.c.months, (mark_of(known.c.given_on) - MONTH * before).label("start")
    ).cte()
    until = func.max(each.c.start) + MONTH * func.sum(each.c.months)
    carried = select(
        each.c.key, func.min(each.c.given_on).label("first_on"), cast(until, BigInteger).label("until")
    ).group_by(each.c.key)
    both = union_all(carried, _free(day, among)).cte()
    return select(
        both.c.key, func.min(both.c.first_on).label("first_on"), func.max(both.c.until).label("until")
    ).group_by(both.c.key)


def _free(day: date, among: Any) -> Select[*tuple[Any, ...]]:
    """Twin of `rules.is_free`, as standings."""
    row, terms, rates = MembershipRow, _terms(), _rates()
    first_on = case((row.signed_on > terms.c.from_on, row.signed_on), else_=terms.c.from_on)
    found = (
        select(row.id.label("key"), first_on.label("first_on"), cast(literal(FOREVER), BigInteger).label("until"))
        .join(terms, and_(terms.c.membership_id == row.id, _holds(terms, day)))
        .join(rates, and_(rates.c.kind == terms.c.kind, _holds(rates, day)))
        .where(rates.c.months == 0, or_(row.signed_on.is_(None), row.signed_on <= day))
    )
    if among is None:
        return found
    return found.where(row.id.in_(select(PartRow.membership_id).where(PartRow.person_id.in_(among))))


def silent(day: date) -> Select[*tuple[Any, ...]]:
    """(membership_id) of each whose kind has no vote on a day."""
    terms, kind = _terms(), KindRow
    return select(terms.c.membership_id).join(kind, kind.code == terms.c.kind).where(_holds(terms, day), ~kind.votes)


def in_force(day: date, *, grace_months: int, among: Any = None) -> Select[*tuple[Any, ...]]:
    """(person_id) of each member on a day, the households of those who pay included.

    `among` (what `in_` takes): nobody but these need be right.
    """
    several = carried(day, grace_months=grace_months, among=among).subquery("carried")
    return select(several.c.person_id).distinct()


def carried(day: date, *, grace_months: int, among: Any = None) -> Select[*tuple[Any, ...]]:
    """(person_id, membership_id, first_on, until) of each member on a day, once for each membership they are of."""
    # Named beside the statement, not inside it: SQLite reads a statement of so many levels only.
    held = standings(day, among).cte()
    lasts = held.c.until + MONTH * grace_months > mark(day)
    part, row = PartRow, MembershipRow
    signed = (
        select(
            part.person_id,
            part.membership_id,
            func.coalesce(row.signed_on, held.c.first_on).label("first_on"),
            held.c.until,
        )
        .join(row, row.id == part.membership_id)
        .join(held, held.c.key == part.membership_id)
        .where(lasts, is_of(day), or_(row.ended_on.is_(None), row.ended_on > day))
    )
    loose = select(-held.c.key, cast(literal(None), BigInteger), held.c.first_on, held.c.until).where(
        lasts, held.c.key < 0
    )
    both = union(signed, loose).subquery("both")
    return select(both.c.person_id, both.c.membership_id, both.c.first_on, both.c.until)


def fed_by_plans(day: date) -> Select[*tuple[Any, ...]]:
    """(membership_id, person_id, plan_id) of each running plan that holds the next fee, whoever of them pays it.

    Twin of `rules.is_fed`: the fee of a household comes from any of its members, and covers all of them.
    """
    running = plans.plans_on(day).subquery("running")
    return (
        select(PartRow.membership_id, PartRow.person_id, running.c.id.label("plan_id"))
        .join(running, running.c.person_id == PartRow.person_id)
        .where(is_of(day), running.c.fee_cents > 0, running.c.state == PlanState.ACTIVE)
    )


def is_of(day: date) -> ColumnElement[bool]:
    """Whether somebody's part in a membership holds on a day."""
    part = PartRow
    begun = or_(part.since_on.is_(None), part.since_on <= day)
    return and_(begun, or_(part.until_on.is_(None), part.until_on > day))


def _counts_for(paid: Any) -> ColumnElement[bool]:
    """Whether a fee falls on the membership of which somebody then was."""
    part, day = PartRow, paid.c.given_on
    begun = or_(part.since_on.is_(None), part.since_on <= day)
    return and_(part.person_id == paid.c.person_id, begun, or_(part.until_on.is_(None), part.until_on > day))


def _had_left(paid: Any) -> ColumnElement[bool]:
    """Whether whoever paid had left before that day; to share the membership of a household is not to leave."""
    part, row = PartRow.__table__.alias("left_part"), MembershipRow.__table__.alias("left")
    left = select(part.c.id).join(row, row.c.id == part.c.membership_id)
    left = left.where(
        part.c.person_id == paid.c.person_id,
        part.c.until_on == row.c.ended_on,
        row.c.ended_on <= paid.c.given_on,
        row.c.end_reason != LeaveReason.HOUSEHOLD,
    )
    return left.correlate(paid).exists()


def _holds(several: Any, day: Any) -> ColumnElement[bool]:
    return and_(several.c.from_on <= day, or_(several.c.until_on.is_(None), several.c.until_on > day))


def _terms() -> Any:
    row = TermsRow
    until = func.lead(row.from_on).over(partition_by=row.membership_id, order_by=row.from_on)
    return select(row.membership_id, row.kind, row.from_on, until.label("until_on")).subquery("terms")


def _rates() -> Any:
    row = RateRow
    until = func.lead(row.from_on).over(partition_by=row.kind, order_by=row.from_on)
    return select(row.kind, row.fee_cents, row.months, row.from_on, until.label("until_on")).subquery("rates")


def _months(paid: Any, rate: Any) -> ColumnElement[int]:
    """Twin of `rules.months_paid`."""
    fee, months = rate.fee_cents, rate.months
    share = (2 * paid.net_cents * months + fee) // (2 * func.nullif(fee, 0))
    whole = paid.net_cents // func.nullif(fee, 0) * months
    found = case(
        (
            or_(fee.is_(None), fee == 0),
            case((paid.kind == GiftKind.INSTALMENT, 1), else_=func.coalesce(months, YEAR_MONTHS)),
        ),
        (and_(paid.net_cents >= fee, whole > MOST_MONTHS), MOST_MONTHS),
        (paid.net_cents >= fee, whole),
        (share < 1, 1),
        else_=share,
    )
    return cast(found, Integer)
