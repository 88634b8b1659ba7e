"""Whom the team leaves in peace, as SQL: for what they did, for whom they live with, for what asked them lately."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import CTE, ColumnElement, Select, func, literal, or_, select, union_all

from crm.care import selects as care
from crm.donations import donor_selects, thank_selects
from crm.donations.portraits import months_before
from crm.fundraising import store
from crm.fundraising.model import Arm, Reason
from crm.fundraising.question import Asked, once
from crm.fundraising.tables import AppealPlanRow, RecipientRow
from crm.people import selects as people
from crm.plans import selects as plans
from crm.plans.model import PlanState


def in_peace(
    asked: Asked, person_id: ColumnElement[int], household_id: ColumnElement[int], last_on: Any
) -> list[tuple[ColumnElement[bool], str]]:
    """Whom the team leaves in peace, in order: for what is theirs or, where it gets one letter, their household's."""
    plan, spared = asked.appeal.plan, _spared(asked)
    at_home = _at_home(spared) if plan.one_a_household else None

    def spares(reason: Reason) -> tuple[ColumnElement[bool], str]:
        their_own = last_on > _lately(asked) if reason is Reason.GAVE_RECENTLY else person_id.in_(spared[reason])
        if at_home is None:
            return their_own, reason.value
        homes = select(at_home.c.household_id).where(at_home.c.why == reason.name)
        return or_(their_own, household_id.in_(homes)), reason.value

    reasons = [spares(reason) for reason in spared if reason is not Reason.OPEN_CARE]
    if plan.yearly_most:
        reasons.append((_enough(asked, person_id, household_id), Reason.ENOUGH.value))
    if plan.spares_open:
        reasons.append(spares(Reason.OPEN_CARE))
    if plan.tended_tag is not None:
        reasons.append((person_id.in_(people.wearing(plan.tended_tag)), Reason.TENDED.value))
    if plan.rest_days:
        rests: ColumnElement[bool] = person_id.in_(_asked_lately(asked))
        if plan.one_a_household:
            theirs = people.living_together().subquery("theirs")
            resting = select(theirs.c.household_id).where(theirs.c.person_id.in_(_asked_lately(asked)))
            rests = or_(rests, household_id.in_(resting))
        reasons.append((rests, Reason.ASKED_RECENTLY.value))
    if plan.our_tag is not None:
        reasons.append((person_id.in_(people.wearing(plan.our_tag)), Reason.OURS.value))
    return reasons


def _spared(asked: Asked) -> dict[Reason, Any]:
    """Who is left in peace for a reason of their own, in the order of the waterfall: selects of person_id."""
    plan, donor = asked.appeal.plan, donor_selects.donors()
    waiting, regular = thank_selects.awaiting().subquery("waiting"), plans.plans_on(asked.on).subquery("regular")
    found: dict[Reason, Any] = {}
    if plan.gift_months:
        found[Reason.GAVE_RECENTLY] = select(donor.person_id).where(donor.last_on > _lately(asked))
    found[Reason.NOT_THANKED] = select(waiting.c.person_id)
    if plan.spares_regular:
        active = regular.c.state == PlanState.ACTIVE.value
        found[Reason.REGULAR] = select(regular.c.person_id).where(active)
    if plan.spares_open:
        found[Reason.OPEN_CARE] = care.waiting()
    return found


def _lately(asked: Asked) -> date:
    return months_before(asked.on, asked.appeal.plan.gift_months)


def _at_home(spared: dict[Reason, Any]) -> CTE:
    """Each household in which somebody is left in peace, and why: household_id, why."""
    several = [(reason, who.subquery(f"of_{reason.name.lower()}")) for reason, who in spared.items()]
    each = union_all(*(select(who.c.person_id, literal(reason.name).label("why")) for reason, who in several))
    why, theirs = each.subquery("why_in_peace"), people.living_together().subquery("theirs_in_peace")
    found = select(theirs.c.household_id, why.c.why).join(why, why.c.person_id == theirs.c.person_id)
    return once(found.distinct(), "peace_at_home")


def _enough(asked: Asked, person_id: ColumnElement[int], household_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Whoever so many other frozen appeals asked in the year that ends on the day of this one.

    Where each home gets one letter, an appeal that asked any of it asked it.
    """
    row, plan, mine = RecipientRow, AppealPlanRow, asked.appeal.plan
    others = (
        select(row.person_id, row.appeal_id)
        .join(plan, plan.appeal_id == row.appeal_id)
        .where(
            row.appeal_id != asked.appeal.id,
            *_asked_by(plan),
            store.begins_on(plan) > months_before(asked.on, 12),
            store.begins_on(plan) <= asked.on,
        )
    )
    each = others.subquery("asked_within_a_year")
    often = select(each.c.person_id).group_by(each.c.person_id).having(func.count() >= mine.yearly_most)
    if not mine.one_a_household:
        return person_id.in_(often)
    theirs, at_home = people.living_together().subquery("their_homes"), others.subquery("asked_at_home")
    home = (
        select(theirs.c.household_id)
        .join(at_home, at_home.c.person_id == theirs.c.person_id)
        .group_by(theirs.c.household_id)
        .having(func.count(at_home.c.appeal_id.distinct()) >= mine.yearly_most)
    )
    return or_(person_id.in_(often), household_id.in_(home))


def _asked_lately(asked: Asked) -> Select[int]:
    """Whoever another frozen appeal asks so near to the day of this one, before or after."""
    row, plan, near = RecipientRow, AppealPlanRow, timedelta(days=asked.appeal.plan.rest_days)
    return (
        select(row.person_id)
        .join(plan, plan.appeal_id == row.appeal_id)
        .where(
            row.appeal_id != asked.appeal.id,
            *_asked_by(plan),
            store.begins_on(plan) > asked.on - near,
            store.begins_on(plan) < asked.on + near,
        )
    )


def _asked_by(plan: type[AppealPlanRow]) -> tuple[ColumnElement[bool], ...]:
    """Whom a frozen appeal asks or asked: it was not called off, and their letter left or will."""
    return plan.abandoned_at.is_(None), RecipientRow.arm == Arm.MAILED, store.written_to()
