"""Who is a member in force: the one place that says so, until memberships have a room of their own."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import Select, select, union

from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.donations.portraits import months_before
from crm.plans import selects as plans
from crm.plans.model import PlanState

YEAR_MONTHS = 12
"""So long does a fee that was paid hold."""


def in_force(day: date, *, grace_months: int) -> Select[*tuple[Any, ...]]:
    """(person_id) of each member on a day: a fee paid in the year and the grace, or a running plan with a fee in it."""
    gifts = donations.effective_gifts().subquery("fees")
    paid = select(gifts.c.person_id).where(
        gifts.c.kind == GiftKind.MEMBERSHIP_FEE,
        gifts.c.given_on > months_before(day, YEAR_MONTHS + grace_months),
        gifts.c.given_on <= day,
    )
    running = plans.plans_on(day).subquery("fee_plans")
    promised = select(running.c.person_id).where(
        running.c.fee_cents > 0, running.c.state == PlanState.ACTIVE, running.c.started_on <= day
    )
    both = union(paid, promised).subquery("members")
    return select(both.c.person_id)
