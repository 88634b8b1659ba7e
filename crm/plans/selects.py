"""Plans as SQL for upper rooms: where each stands on a day, said as `rules.state_on` says it."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, not_, or_, select

from crm.plans.model import Channel, EventKind, Pause, PlanState
from crm.plans.tables import PlanEventRow, PlanRow


def is_ended(day: date) -> ColumnElement[bool]:
    """Whether a plan has ended on a day."""
    return and_(PlanRow.ended_on.is_not(None), PlanRow.ended_on <= day)


def is_paused(day: date) -> ColumnElement[bool]:
    """Whether a plan that has not ended pauses on a day."""
    row = PlanRow
    begun = and_(row.paused_from_on.is_not(None), row.paused_from_on <= day)
    return and_(not_(is_ended(day)), begun, or_(row.paused_until_on.is_(None), row.paused_until_on > day))


def state_on(day: date) -> ColumnElement[str]:
    """Where each plan stands on a day."""
    paused, ended, active = (state.value for state in (PlanState.PAUSED, PlanState.ENDED, PlanState.ACTIVE))
    return case((is_ended(day), ended), (is_paused(day), paused), else_=active)


def pause_on(day: date) -> ColumnElement[str]:
    """Whether each plan pauses on a day, and whether it is for what the bank said of an instalment."""
    event = PlanEventRow
    last = (
        select(event.channel)
        .where(event.plan_id == PlanRow.id, event.kind == EventKind.PAUSE, event.on <= day)
        .order_by(event.on.desc(), event.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    paused = case((last == Channel.BANK, Pause.REFUSED.value), else_=Pause.OTHER.value)
    return case((is_paused(day), paused), else_=Pause.NONE.value)


def plans_on(day: date, *more: ColumnElement[Any]) -> Select[*tuple[Any, ...]]:
    """(id, person_id, started_on, ended_on, cents, fee_cents, every_months, state, and more) of every plan on a day."""
    row = PlanRow
    return select(
        row.id,
        row.person_id,
        row.started_on,
        row.ended_on,
        row.cents,
        row.fee_cents,
        row.every_months,
        state_on(day).label("state"),
        *more,
    )


def running(day: date) -> Select[*tuple[Any, ...]]:
    """(person_id, every_months) of each plan that neither pauses nor has ended on a day."""
    return select(PlanRow.person_id, PlanRow.every_months).where(state_on(day) == PlanState.ACTIVE.value)


def changes() -> Select[*tuple[Any, ...]]:
    """(person_id, kind, on, yearly_cents) of whatever changed what people promise in a year, plan by plan."""
    row, event = PlanRow, PlanEventRow
    kinds = (
        EventKind.SIGN,
        EventKind.REVIVE,
        EventKind.UPGRADE,
        EventKind.DOWNGRADE,
        EventKind.CHANGE,
        EventKind.CANCEL,
    )
    return (
        select(row.person_id, event.kind, event.on.label("on"), event.delta_cents.label("yearly_cents"))
        .join(row, row.id == event.plan_id)
        .where(event.kind.in_(kinds))
    )
