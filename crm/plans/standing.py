"""Standing orders: which instalment of whose plan a transfer is, and that it came. The bank's room asks, and notes."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.plans import rules, store
from crm.plans.model import Due, Plan
from crm.plans.tables import PlanRow, StandingInstalmentRow
from crm.values.identifiers import GiftId, PersonId, PlanId

AROUND = timedelta(days=31)
"""A transfer may come so long before or after the day of its instalment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Transfer:
    """Money that somebody sent: `key` is its number at whoever asks."""

    key: int
    person_id: PersonId
    cents: int
    on: date


@dataclass(frozen=True, kw_only=True, slots=True)
class Fitting:
    """The instalment that a transfer is."""

    plan: Plan
    due: Due


@dataclass(frozen=True, kw_only=True, slots=True)
class Came:
    """An instalment that came by itself: its period, and the gift it is."""

    period: str
    gift_id: GiftId


def fitting(session: Session, transfers: Sequence[Transfer]) -> Mapping[int, Fitting]:
    """Of each transfer, by its key, the instalment that it is: of that very amount, the nearest in time that has not
    come yet, of an open plan of the same person that no mandate serves. Those that fit none are left out.
    """
    if not transfers:
        return {}
    row, people = PlanRow, {one.person_id for one in transfers}
    query = select(row).where(row.person_id.in_(people), row.mandate_id.is_(None)).order_by(row.id)
    several = [store.plan(found) for found in session.scalars(query)]
    if not several:
        return {}
    hold(session, "standing orders")
    ids = [plan.id for plan in several]
    taken = _taken(session, ids)
    first_on, last_on = (min(one.on for one in transfers) - AROUND, max(one.on for one in transfers) + AROUND)
    versions, events = store.versions(session, ids), store.events(session, ids)
    mine: dict[PersonId, list[tuple[Plan, Due]]] = {}
    for plan in several:
        dues = rules.instalments(
            versions.get(plan.id, ()),
            events.get(plan.id, ()),
            first_on=max(first_on, plan.started_on),
            last_on=last_on,
        )
        mine.setdefault(plan.person_id, []).extend((plan, one) for one in dues)
    found: dict[int, Fitting] = {}
    for transfer in sorted(transfers, key=lambda one: (one.on, one.key)):
        free = [
            (abs(due.due_on - transfer.on), due.due_on, plan.id, plan, due)
            for plan, due in mine.get(transfer.person_id, ())
            if due.cents == transfer.cents
            and abs(due.due_on - transfer.on) <= AROUND
            and (plan.id, due.period) not in taken
        ]
        if free:
            *_, plan, due = min(free, key=lambda one: one[:3])
            taken.add((plan.id, due.period))
            found[transfer.key] = Fitting(plan=plan, due=due)
    return found


def note(session: Session, several: Collection[tuple[PlanId, str, GiftId]]) -> None:
    """Those instalments came, each as a gift (plan, period, gift). One that is noted stays as it is."""
    gifts = [gift_id for _, _, gift_id in several]
    row = StandingInstalmentRow
    known = set(session.scalars(select(row.gift_id).where(row.gift_id.in_(gifts)))) if gifts else set()
    session.add_all(
        StandingInstalmentRow(plan_id=plan_id, period=period, gift_id=gift_id)
        for plan_id, period, gift_id in several
        if gift_id not in known
    )
    session.flush()


def forget(session: Session, gift_id: GiftId) -> None:
    """That gift was none: its instalment has not come."""
    gone = delete(StandingInstalmentRow).where(StandingInstalmentRow.gift_id == gift_id)
    session.execute(gone.execution_options(synchronize_session=False))


def of_plan(session: Session, plan_id: PlanId, *, size: int) -> tuple[Came, ...]:
    """The newest instalments that came by themselves."""
    row = StandingInstalmentRow
    query = select(row).where(row.plan_id == plan_id).order_by(row.period.desc()).limit(size)
    return tuple(Came(period=one.period, gift_id=GiftId(one.gift_id)) for one in session.scalars(query))


def _taken(session: Session, plan_ids: Collection[PlanId]) -> set[tuple[int, str]]:
    row = StandingInstalmentRow
    query = select(row.plan_id, row.period).where(row.plan_id.in_(plan_ids))
    return {(plan_id, period) for plan_id, period in session.execute(query)}


def gifts_of(session: Session, person_id: PersonId) -> frozenset[GiftId]:
    """The gifts by which instalments of somebody's plans came."""
    row = StandingInstalmentRow
    query = select(row.gift_id).join(PlanRow, PlanRow.id == row.plan_id).where(PlanRow.person_id == person_id)
    return frozenset(GiftId(one) for one in session.scalars(query))
