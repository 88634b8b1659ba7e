"""SQL of plans and mandates."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, update
from sqlalchemy.orm import Session, aliased

from crm.foundation import presence
from crm.foundation.numbered import one_of
from crm.plans import selects
from crm.plans.model import (
    Amendment,
    Channel,
    Event,
    Mandate,
    Plan,
    PlanState,
    Standing,
    Terms,
    Totals,
    Version,
    Wanted,
    Way,
)
from crm.plans.tables import MandateAmendmentRow, MandateRow, PlanEventRow, PlanRow, PlanVersionRow
from crm.values.identifiers import AccountId, MandateId, PersonId, PlanId

PROMISED = presence.watch(PlanRow.person_id)


def add(session: Session, row: Any) -> int:
    """One more row; its number."""
    session.add(row)
    session.flush()
    number: int = row.id
    return number


def find_mandate(session: Session, mandate_id: int) -> MandateRow | None:
    """The row of a mandate."""
    return session.get(MandateRow, mandate_id, populate_existing=True)


def mandate_called(session: Session, reference: str) -> MandateRow | None:
    """The mandate of that reference."""
    return session.scalar(select(MandateRow).where(MandateRow.reference == reference))


def mandates(session: Session, mandate_ids: Collection[int]) -> dict[int, Mandate]:
    """Those mandates, by number."""
    query = select(MandateRow).where(one_of(MandateRow.id, mandate_ids))
    return {row.id: mandate(row) for row in session.scalars(query)}


def mandates_of(session: Session, person_id: int) -> tuple[Mandate, ...]:
    """Somebody's mandates, the newest first."""
    query = select(MandateRow).where(MandateRow.person_id == person_id).order_by(MandateRow.id.desc())
    return tuple(mandate(row) for row in session.scalars(query))


def last_mandate_number(session: Session) -> int:
    """The highest number a mandate has."""
    return session.scalar(select(func.max(MandateRow.id))) or 0


def amendments(session: Session, mandate_ids: Collection[int], *, untold: bool = False) -> tuple[Amendment, ...]:
    """What was changed of those mandates, the oldest first; `untold` leaves out what the bank knows."""
    row = MandateAmendmentRow
    query = select(row).where(one_of(row.mandate_id, mandate_ids)).order_by(row.id)
    if untold:
        query = query.where(row.told_at.is_(None))
    return tuple(
        Amendment(
            id=one.id,
            mandate_id=MandateId(one.mandate_id),
            kind=one.kind,
            before=one.before,
            made_on=one.made_on,
            told_at=one.told_at,
        )
        for one in session.scalars(query)
    )


def find(session: Session, plan_id: int) -> Plan | None:
    """A plan as it stands."""
    row = session.get(PlanRow, plan_id, populate_existing=True)
    return None if row is None else plan(row)


def plan_of_supplier(session: Session, supplier: str, reference: str) -> Plan | None:
    """The plan that somebody else's system calls so."""
    query = select(PlanRow).where(PlanRow.supplier == supplier, PlanRow.supplier_reference == reference)
    row = session.scalar(query)
    return None if row is None else plan(row)


def accounts_of(session: Session, person_id: int) -> dict[str, str]:
    """The accounts of somebody's mandates: the key of each, and its tail."""
    query = select(MandateRow.account_key, MandateRow.tail).where(MandateRow.person_id == person_id)
    return {key: tail for key, tail in session.execute(query) if key}


def plan_of_mandate(session: Session, mandate_id: int) -> Plan | None:
    """The plan that a mandate serves."""
    row = session.scalar(select(PlanRow).where(PlanRow.mandate_id == mandate_id))
    return None if row is None else plan(row)


def change(session: Session, plan_id: int, values: Mapping[str, Any]) -> None:
    """Writes values into a plan, and that it was changed."""
    session.execute(
        update(PlanRow)
        .where(PlanRow.id == plan_id)
        .values({**values, "version": PlanRow.version + 1})
        .execution_options(synchronize_session=False)
    )
    session.flush()


def versions(session: Session, plan_ids: Collection[int]) -> dict[int, tuple[Version, ...]]:
    """Of each plan its versions, in the order in which they come into force."""
    row = PlanVersionRow
    columns = (row.plan_id, row.effective_on, row.announced_on, row.announced_by, row.recorded_at, row.recorded_by)
    query = select(*columns, *(getattr(row, name) for name in _TERMS))
    found: dict[int, list[Version]] = {}
    for one in session.execute(
        query.where(one_of(row.plan_id, plan_ids)).order_by(row.plan_id, row.effective_on, row.id)
    ):
        found.setdefault(one.plan_id, []).append(
            Version(
                effective_on=one.effective_on,
                terms=terms(one),
                announced_on=one.announced_on,
                announced_by=one.announced_by,
                recorded_at=one.recorded_at,
                recorded_by=_account(one.recorded_by),
            )
        )
    return {plan_id: tuple(several) for plan_id, several in found.items()}


def announce(session: Session, plan_id: int, *, channel: Channel, on: date, until_on: date = date.max) -> int:
    """Notes that somebody was told of the versions, in force by a day, of which they were not; how many."""
    row = PlanVersionRow
    done = session.execute(
        update(row)
        .where(row.plan_id == plan_id, row.announced_on.is_(None), row.effective_on <= until_on)
        .values(announced_on=on, announced_by=channel)
        .returning(row.id)
        .execution_options(synchronize_session=False)
    )
    return len(done.all())


def events(session: Session, plan_ids: Collection[int]) -> dict[int, tuple[Event, ...]]:
    """Of each plan what happened to it, in the order in which it was written down."""
    row = PlanEventRow
    columns = (row.plan_id, row.kind, row.on, row.until_on, row.delta_cents, row.reason, row.note, row.channel)
    query = select(*columns, row.recorded_at, row.recorded_by).where(one_of(row.plan_id, plan_ids))
    found: dict[int, list[Event]] = {}
    for one in session.execute(query.order_by(row.plan_id, row.id)):
        found.setdefault(one.plan_id, []).append(
            Event(
                kind=one.kind,
                on=one.on,
                until_on=one.until_on,
                delta_cents=one.delta_cents,
                reason=one.reason,
                note=one.note,
                channel=one.channel,
                recorded_at=one.recorded_at,
                recorded_by=_account(one.recorded_by),
            )
        )
    return {plan_id: tuple(several) for plan_id, several in found.items()}


def page(session: Session, wanted: Wanted, *, after: int | None, size: int) -> tuple[Plan, ...]:
    """The newest plans that answer, those below a number where it is given."""
    if wanted.person_id is not None and presence.nothing(session, PROMISED, wanted.person_id):
        return ()
    query = _wanted(select(PlanRow), wanted).order_by(PlanRow.id.desc()).limit(size)
    if after is not None:
        query = query.where(PlanRow.id < after)
    return tuple(plan(row) for row in session.scalars(query))


def totals(session: Session, wanted: Wanted) -> Totals:
    """What all plans that answer come to in a year."""
    row = PlanRow
    yearly = func.sum(row.cents * 12 / row.every_months)
    query = _wanted(select(func.count(), func.count(row.person_id.distinct()), yearly), wanted)
    plans, people, cents = session.execute(query).one()
    named = select(row.supplier).where(row.supplier.is_not(None)).distinct().order_by(row.supplier)
    suppliers = tuple(name for name in session.scalars(named) if name)
    return Totals(plans=plans, people=people, yearly_cents=int(cents or 0), suppliers=suppliers)


def _wanted(query: Select[*tuple[Any, ...]], wanted: Wanted) -> Select[*tuple[Any, ...]]:
    row = PlanRow
    asked: list[ColumnElement[bool]] = []
    match wanted.state:
        case PlanState.ENDED:
            asked.append(selects.is_ended(wanted.on))
        case PlanState.PAUSED:
            asked.append(selects.is_paused(wanted.on))
        case PlanState.ACTIVE:
            asked.append(~selects.is_ended(wanted.on) & ~selects.is_paused(wanted.on))
        case None:
            pass
    if wanted.way is not None:
        is_order = row.mandate_id.is_(None)
        asked.append(is_order if wanted.way is Way.STANDING_ORDER else ~is_order)
    if wanted.least_cents is not None:
        asked.append(row.cents >= wanted.least_cents)
    if wanted.supplier:
        asked.append(row.supplier == wanted.supplier)
    if wanted.person_id is not None:
        asked.append(row.person_id == wanted.person_id)
    return query.where(*asked)


def refresh_terms(session: Session, day: date) -> int:
    """Writes into each plan the terms that are in force on a day, where others stand there; how many."""
    inner = aliased(PlanVersionRow)
    last = (
        select(inner.id)
        .where(inner.plan_id == PlanRow.id, inner.effective_on <= day)
        .order_by(inner.effective_on.desc(), inner.id.desc())
        .limit(1)
        .correlate(PlanRow)
        .scalar_subquery()
    )
    names = ("cents", "fee_cents", "every_months", "anchor_day", "first_month_on")
    there = [getattr(PlanVersionRow, name) for name in names]
    found = session.execute(
        select(PlanRow.id, *there)
        .join(PlanVersionRow, PlanVersionRow.id == last)
        .where(
            (PlanRow.cents != PlanVersionRow.cents)
            | (PlanRow.fee_cents != PlanVersionRow.fee_cents)
            | (PlanRow.every_months != PlanVersionRow.every_months)
            | (PlanRow.anchor_day != PlanVersionRow.anchor_day)
            | (PlanRow.first_month_on != PlanVersionRow.first_month_on)
        )
    ).all()
    if found:
        rows = [{"id": plan_id, **dict(zip(names, values, strict=True))} for plan_id, *values in found]
        session.execute(update(PlanRow), rows)
    return len(found)


_TERMS = ("cents", "fee_cents", "every_months", "anchor_day", "first_month_on")


def terms(row: PlanRow | PlanVersionRow | Row[Any]) -> Terms:
    """The terms that a row holds."""
    return Terms(
        cents=row.cents,
        fee_cents=row.fee_cents,
        every_months=row.every_months,
        anchor_day=row.anchor_day,
        first_month_on=row.first_month_on,
    )


def plan(row: PlanRow) -> Plan:
    """A row as a noun."""
    return Plan(
        id=PlanId(row.id),
        person_id=PersonId(row.person_id),
        mandate_id=None if row.mandate_id is None else MandateId(row.mandate_id),
        started_on=row.started_on,
        standing=Standing(
            paused_from_on=row.paused_from_on, paused_until_on=row.paused_until_on, ended_on=row.ended_on
        ),
        terms=terms(row),
        fund=row.fund_code,
        source_code=row.source_code or "",
        supplier=row.supplier or "",
        supplier_reference=row.supplier_reference or "",
        version=row.version,
        recorded_at=row.recorded_at,
        recorded_by=_account(row.recorded_by),
    )


def mandate(row: MandateRow) -> Mandate:
    """A row as a noun; the account stays sealed."""
    return Mandate(
        id=MandateId(row.id),
        person_id=PersonId(row.person_id),
        reference=row.reference,
        holder=row.holder,
        tail=row.tail,
        bic=row.bic,
        signed_on=row.signed_on,
        proof=row.proof,
        source=row.source,
        last_collected_on=row.last_collected_on,
        ended_on=row.ended_on,
        recorded_at=row.recorded_at,
        recorded_by=_account(row.recorded_by),
    )


def told(session: Session, amendment_ids: Collection[int], at: datetime) -> None:
    """Notes that the bank has been told of those changes."""
    session.execute(
        update(MandateAmendmentRow)
        .where(MandateAmendmentRow.id.in_(amendment_ids))
        .values(told_at=at)
        .execution_options(synchronize_session=False)
    )


def untell(session: Session, mandate_ids: Collection[int], told_at: datetime) -> None:
    """Notes that the bank has not been told of what it was told at that instant."""
    row = MandateAmendmentRow
    session.execute(
        update(row)
        .where(one_of(row.mandate_id, mandate_ids), row.told_at == told_at)
        .values(told_at=None)
        .execution_options(synchronize_session=False)
    )


def _account(number: int | None) -> AccountId | None:
    return None if number is None else AccountId(number)
