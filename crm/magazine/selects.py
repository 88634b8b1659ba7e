"""Who has a right to a copy, as SQL over everybody at once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, literal, or_, select, union, union_all

from crm.consent.selects import Moment
from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.donations.portraits import months_before
from crm.magazine.model import Eligibility, Format, RunKind
from crm.magazine.tables import IssueRunRow, SubscriptionRow
from crm.members import selects as members
from crm.plans import selects as plans
from crm.plans.model import PlanState

SAID, MEMBER, REGULAR = 0, 1, 2
"""The grounds in the order in which they count."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """What is asked: by which rule, for which issue, as of which day, and as the gate stands on the day of the drop.

    `before_id`: the issue before, to compare with.
    """

    rule: Eligibility
    issue_id: int | None
    number: int
    on: date
    drop_on: date
    moment: Moment
    before_id: int | None = None
    claimed_id: int | None = None
    """Only those who say that their copy of that issue did not come."""


def regular(rule: Eligibility, on: date, among: Any = None) -> list[Select[*tuple[Any, ...]]]:
    """(person_id) of each regular donor on a day, by a plan that is paid or by gifts that add up."""
    every = donations.effective_gifts()
    of_them = every if among is None else every.where(every.selected_columns.person_id.in_(among))
    gifts = of_them.subquery("given")
    found: list[Select[*tuple[Any, ...]]] = []
    if rule.regular_plans:
        running = plans.plans_on(on).subquery("running")
        paid = select(gifts.c.person_id).where(
            gifts.c.kind == GiftKind.INSTALMENT,
            gifts.c.given_on > months_before(on, rule.plan_months),
            gifts.c.given_on <= on,
        )
        found.append(
            select(running.c.person_id).where(
                running.c.state == PlanState.ACTIVE, running.c.started_on <= on, running.c.person_id.in_(paid)
            )
        )
    if rule.gift_count or rule.gift_cents:
        found.append(
            select(gifts.c.person_id)
            .where(
                gifts.c.kind == GiftKind.ONE_OFF,
                gifts.c.given_cents > 0,
                gifts.c.given_on > months_before(on, rule.gift_months),
                gifts.c.given_on <= on,
            )
            .group_by(gifts.c.person_id)
            .having(func.count() >= rule.gift_count, func.sum(gifts.c.given_cents) >= rule.gift_cents)
        )
    return found


def in_force(number: int) -> ColumnElement[bool]:
    """Whether a ground of the house's own holds for an issue; twin of `rules.is_in_force`."""
    row = SubscriptionRow
    return and_(
        row.basis.is_not(None),
        or_(row.from_number.is_(None), row.from_number <= number),
        or_(row.until_number.is_(None), row.until_number >= number),
    )


def paused(on: date) -> ColumnElement[bool]:
    """Whether somebody asked for a pause that holds on a day; twin of `rules.is_paused`."""
    row = SubscriptionRow
    begun = and_(row.paused_from_on.is_not(None), row.paused_from_on <= on)
    return and_(begun, or_(row.paused_until_on.is_(None), row.paused_until_on >= on))


def rights(rule: Eligibility, number: int, on: date, among: Any = None) -> Select[*tuple[Any, ...]]:
    """(person_id, ground) of everybody with a right to a copy, by their strongest ground.

    `among` (what `in_` takes): of these people only.
    """
    said = select(SubscriptionRow.person_id, literal(SAID).label("ground")).where(
        in_force(number), SubscriptionRow.basis.in_(sorted(rule.said))
    )
    several: list[Select[*tuple[Any, ...]]] = [said]
    if rule.members:
        carried = members.in_force(on, grace_months=rule.grace_months, among=among).subquery("in_force")
        several.append(select(carried.c.person_id, literal(MEMBER)))
    if them := regular(rule, on, among):
        donors = union(*them).subquery("regular") if len(them) > 1 else them[0].distinct().subquery("regular")
        several.append(select(donors.c.person_id, literal(REGULAR)))
    every = union_all(*several).subquery("every")
    found = select(every.c.person_id, func.min(every.c.ground).label("ground")).group_by(every.c.person_id)
    return found if among is None else found.where(every.c.person_id.in_(among))


def granted_runs(issue_id: int) -> Select[int]:
    """The runs in which somebody gets their copy of an issue, once: all but what is sent anew."""
    return select(IssueRunRow.id).where(IssueRunRow.issue_id == issue_id, IssueRunRow.kind != RunKind.AGAIN)


def pdf_readers(rule: Eligibility, number: int, on: date) -> Select[*tuple[Any, ...]]:
    """(person_id) of each with a right to an issue who reads it as PDF, alone or besides paper, and is not paused."""
    every, said = rights(rule, number, on).subquery("every"), SubscriptionRow
    return (
        select(said.person_id)
        .join(every, every.c.person_id == said.person_id)
        .where(said.format.in_((Format.PDF, Format.BOTH)), ~paused(on))
    )
