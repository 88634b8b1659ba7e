"""What came of an appeal: by the code that gifts bear, by the window in which they came, beside those left alone."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Float, FromClause, Select, case, cast, func, select, union, union_all
from sqlalchemy.orm import Session

from crm.consent import no_selects
from crm.consent.model import APPEALS
from crm.donations import appeals
from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.foundation.columns import days_between
from crm.fundraising import rules, store
from crm.fundraising.model import Arm, Arms, Waterfall, WholeAppeal
from crm.fundraising.outcome_model import Answered, Promises, Results
from crm.fundraising.tables import AppealPlanRow, RecipientRow
from crm.plans import selects as plans
from crm.plans.model import EventKind
from crm.values.calendar import instant_of
from crm.values.identifiers import AppealId, CellId

WINDOW = 90
"""So many days after an appeal, a gift without a code is taken for an answer to it."""
NOBODY = Arms(people=0, cents=0, squares=0.0)


def of(session: Session, appeal: WholeAppeal, *, on: date) -> Results:
    """Everything, up to a day; a fixed number of queries."""
    since = appeal.plan.planned_on
    until = max(min(on, since + timedelta(days=WINDOW)), since)
    codes = {
        rules.source_code(appeal.appeal.code, package, cell.position)
        for cell in store.cells(session, appeal.id)
        for package in (cell.plan.package, cell.plan.rival)
        if package
    }
    cost = appeals.costs(session)[appeal.id]
    arms = rules.comparable(_arms(session, appeal.id, _one_off(since, until)))
    return Results(
        until_on=until,
        answered=_answered(session, appeal.id, codes, since, until),
        cost_cents=cost,
        paid_back_on=rules.paid_back(cost, _by_day(session, appeal.id, codes, since, until)),
        mailed_arm=_together([mailed for mailed, _ in arms]),
        control_arm=_together([control for _, control in arms]),
        lift=rules.lift(arms),
        opt_outs=_opt_outs(session, appeal, since, until),
        promises=_promises(session, appeal.id, since, until),
    )


def nought(session: Session, appeal: WholeAppeal, frozen: Waterfall, *, on: date) -> Results:
    """The same right after the freeze, when nothing can have come: reckoned of its waterfall alone."""
    since, places = appeal.plan.planned_on, {cell.id: cell.position for cell in store.cells(session, appeal.id)}
    each = [
        (package, places[one.cell_id], one.cell_id, mailed)
        for one in frozen.cells
        for package, mailed in one.mailed.items()
    ]
    arms = rules.comparable([(_silent(one.mailed_total), _silent(one.control)) for one in frozen.cells])
    mailed_arm, control_arm = (_together([pair[side] for pair in arms]) for side in (0, 1))
    lift = rules.lift(arms)
    return Results(
        until_on=max(min(on, since + timedelta(days=WINDOW)), since),
        answered=tuple(
            Answered(cell_id=cell_id, package=package, mailed=mailed, people=0, gifts=0, cents=0, window_gifts=0,
                     window_cents=0)
            for package, _, cell_id, mailed in sorted(each)
        ),
        cost_cents=appeals.costs(session)[appeal.id],
        paid_back_on=None,
        mailed_arm=mailed_arm,
        control_arm=control_arm,
        lift=lift,
        opt_outs=0,
        promises=Promises(begun=0, raised=0, cents=0, mailed_arm=mailed_arm, control_arm=control_arm, lift=lift),
    )  # fmt: skip


def frozen_days(session: Session) -> dict[AppealId, date]:
    """Each frozen appeal with the day it is planned for, the newest first."""
    row = AppealPlanRow
    frozen = select(row.appeal_id, row.planned_on).where(row.frozen_at.is_not(None))
    ordered = frozen.order_by(row.planned_on.desc(), row.appeal_id.desc())
    return {AppealId(number): day for number, day in session.execute(ordered)}


def touched(session: Session, *, after: int) -> set[AppealId]:
    """The appeals to which a gift counts of which money moved after that movement."""
    moved, slips = donations.moved_after(after).subquery("moved"), donations.slips().subquery("slips")
    row, plan = RecipientRow, AppealPlanRow
    coded = select(slips.c.appeal_id).join(moved, moved.c.source_code == slips.c.code)
    plain = (
        select(row.appeal_id)
        .join(moved, moved.c.person_id == row.person_id)
        .join(plan, plan.appeal_id == row.appeal_id)
        .where(
            moved.c.kind == GiftKind.ONE_OFF,
            days_between(plan.planned_on, moved.c.given_on).between(0, WINDOW),
        )
    )
    return {AppealId(number) for number in session.scalars(union(coded, plain))}


def _silent(people: int) -> Arms:
    return Arms(people=people, cents=0, squares=0.0)


def _answered(session: Session, appeal_id: AppealId, codes: set[str], since: date, until: date) -> tuple[Answered, ...]:
    row = RecipientRow
    mailed = session.execute(
        select(row.cell_id, row.package, row.source_code, func.count())
        .where(row.appeal_id == appeal_id, row.arm == Arm.MAILED, store.written_to())
        .group_by(row.cell_id, row.package, row.source_code)
        .order_by(row.source_code)
    ).all()
    gifts = donations.effective_gifts().subquery("gifts")
    by_code = {
        code: (int(people), int(count), int(cents))
        for code, people, count, cents in session.execute(
            select(
                gifts.c.source_code,
                func.count(gifts.c.person_id.distinct()),
                func.count(),
                func.sum(gifts.c.given_cents),
            )
            .where(gifts.c.source_code.in_(sorted(codes)), gifts.c.given_cents > 0)
            .group_by(gifts.c.source_code)
        )
    }
    in_window = {
        code: (int(count), int(cents))
        for code, count, cents in session.execute(
            select(row.source_code, func.count(), func.sum(gifts.c.given_cents))
            .join(gifts, gifts.c.person_id == row.person_id)
            .where(
                row.appeal_id == appeal_id,
                row.arm == Arm.MAILED,
                store.written_to(),
                *_without_code(gifts, since, until),
            )
            .group_by(row.source_code)
        )
    }
    found = []
    for cell_id, package, code, count in mailed:
        people, several, cents = by_code.get(code, (0, 0, 0))
        window_gifts, window_cents = in_window.get(code, (0, 0))
        found.append(
            Answered(
                cell_id=CellId(cell_id),
                package=package,
                mailed=int(count),
                people=people,
                gifts=several,
                cents=cents,
                window_gifts=window_gifts,
                window_cents=window_cents,
            )
        )
    return tuple(found)


def _by_day(session: Session, appeal_id: AppealId, codes: set[str], since: date, until: date) -> list[tuple[date, int]]:
    """What is said to have come, by day: gifts that bear a code, and those of the window that bear none."""
    gifts, row = donations.effective_gifts().subquery("gifts"), RecipientRow
    coded = select(gifts.c.given_on, gifts.c.given_cents).where(gifts.c.source_code.in_(sorted(codes)))
    asked = select(row.person_id).where(row.appeal_id == appeal_id, row.arm == Arm.MAILED, store.written_to())
    plain = select(gifts.c.given_on, gifts.c.given_cents).where(
        gifts.c.person_id.in_(asked), *_without_code(gifts, since, until)
    )
    each = union_all(coded, plain).subquery("each_gift")
    query = select(each.c.given_on, func.sum(each.c.given_cents)).group_by(each.c.given_on)
    return [(day, int(cents)) for day, cents in session.execute(query.order_by(each.c.given_on))]


def _without_code(gifts: FromClause, since: date, until: date) -> tuple[ColumnElement[bool], ...]:
    """A one-off gift of the window that bears no code."""
    return (
        gifts.c.source_code.is_(None),
        gifts.c.kind == GiftKind.ONE_OFF,
        gifts.c.given_cents > 0,
        gifts.c.given_on.between(since, until),
    )


def _one_off(since: date, until: date) -> Select[*tuple[Any, ...]]:
    """(person_id, cents) of each one-off gift of the window, whatever its code."""
    gifts = donations.effective_gifts().subquery("gifts")
    query = select(gifts.c.person_id, gifts.c.given_cents.label("cents"))
    return query.where(gifts.c.given_on.between(since, until), gifts.c.kind == GiftKind.ONE_OFF)


def _promises(session: Session, appeal_id: AppealId, since: date, until: date) -> Promises:
    """What became of regular gifts in the window, by everybody who was asked and by both arms."""
    row, every = RecipientRow, plans.changes().subquery("changes")
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED, store.written_to(), every.c.on.between(since, until))
    begun = every.c.kind.in_([EventKind.SIGN, EventKind.REVIVE])
    asked = select(
        func.count(case((begun, row.person_id)).distinct()),
        func.count(case((every.c.kind == EventKind.UPGRADE, row.person_id)).distinct()),
        func.coalesce(func.sum(every.c.yearly_cents), 0),
    ).join(every, every.c.person_id == row.person_id)
    began, raised, cents = session.execute(asked.where(*here)).one()
    amounts = select(every.c.person_id, every.c.yearly_cents.label("cents")).where(every.c.on.between(since, until))
    arms = rules.comparable(_arms(session, appeal_id, amounts))
    return Promises(
        begun=int(began),
        raised=int(raised),
        cents=int(cents),
        mailed_arm=_together([mailed for mailed, _ in arms]),
        control_arm=_together([control for _, control in arms]),
        lift=rules.lift(arms),
    )


def _arms(session: Session, appeal_id: AppealId, amounts: Select[*tuple[Any, ...]]) -> list[tuple[Arms, Arms]]:
    """Of each cell what both arms gave or promised (`amounts`: person_id, cents), whatever became of them since.

    Whoever was added by hand was drawn by no lot, and is in neither; nor is who reads a language that no edition of an
    appeal by mail speaks, asked or left alone.
    """
    row, some = RecipientRow, amounts.subquery("amounts")
    each = (
        select(row.cell_id, row.arm, row.person_id, func.coalesce(func.sum(some.c.cents), 0).label("cents"))
        .outerjoin(some, some.c.person_id == row.person_id)
        .where(row.appeal_id == appeal_id, row.added_at.is_(None), ~row.is_missed)
        .group_by(row.cell_id, row.arm, row.person_id)
        .subquery("each_person")
    )
    as_float = cast(each.c.cents, Float)
    several = (func.count(), func.sum(each.c.cents), func.sum(as_float * as_float))
    query = select(each.c.cell_id, each.c.arm, *several).group_by(each.c.cell_id, each.c.arm)
    found: dict[int, dict[Arm, Arms]] = {}
    for cell_id, arm, people, cents, squares in session.execute(query.order_by(each.c.cell_id)):
        told = Arms(people=int(people), cents=int(cents), squares=float(squares))
        found.setdefault(cell_id, dict.fromkeys(Arm, NOBODY))[Arm(arm)] = told
    return [(arms[Arm.MAILED], arms[Arm.CONTROL]) for arms in found.values()]


def _together(arms: list[Arms]) -> Arms:
    return Arms(
        people=sum(one.people for one in arms),
        cents=sum(one.cents for one in arms),
        squares=sum(one.squares for one in arms),
    )


def _opt_outs(session: Session, appeal: WholeAppeal, since: date, until: date) -> int:
    first, last = instant_of(since, time.min), instant_of(until + timedelta(days=1), time.min)
    several = {appeal.plan.purpose, APPEALS}
    no = union(*(no_selects.said_no(one, appeal.plan.channel, first, last) for one in sorted(several))).subquery("no")
    row = RecipientRow
    query = select(func.count(row.person_id.distinct())).where(
        row.appeal_id == appeal.id,
        row.arm == Arm.MAILED,
        store.written_to(),
        row.person_id.in_(select(no.c.person_id)),
    )
    return session.scalar(query) or 0
