"""What came of an appeal: by the code that gifts bear, by the window in which they came, beside those left alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import (
    Float,
    Select,
    Subquery,
    case,
    cast,
    func,
    select,
    type_coerce,
    union,
)
from sqlalchemy.orm import Session

from crm.consent import no_selects
from crm.consent.model import APPEALS
from crm.donations import appeals
from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.foundation.columns import days_between
from crm.fundraising import answers, rules, store
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
    """Everything, up to a day; a fixed number of queries. Nothing comes of an appeal before it left."""
    since = appeal.begins_on
    until = max(min(on, since + timedelta(days=WINDOW)), since)
    codes, cost = _codes(session, appeal), appeals.costs(session)[appeal.id]
    givers, amounts = answers.givers(appeal), _one_off(since, until)
    arms = rules.comparable(_arms(session, appeal.id, answers.at_home(givers, amounts)))
    return Results(
        until_on=until,
        answered=_answered(session, appeal, codes, givers, since=since, until=until),
        cost_cents=cost,
        paid_back_on=rules.paid_back(cost, _by_day(session, set(codes))),
        mailed_arm=_together([mailed for mailed, _ in arms]),
        control_arm=_together([control for _, control in arms]),
        lift=rules.lift(arms),
        opt_outs=_opt_outs(session, appeal, since, until),
        promises=_promises(session, appeal.id, since, until),
    )


def nought(session: Session, appeal: WholeAppeal, frozen: Waterfall, *, on: date) -> Results:
    """The same right after the freeze, when nothing has left and nothing can have come: reckoned of its waterfall."""
    since = appeal.begins_on
    used = {(one.cell_id, package) for one in frozen.cells for package in one.mailed}
    return Results(
        until_on=max(min(on, since + timedelta(days=WINDOW)), since),
        answered=tuple(
            Answered(cell_id=cell_id, package=package, mailed=0, people=0, gifts=0, cents=0, window_gifts=0,
                     window_cents=0)
            for _, (cell_id, package) in sorted(_codes(session, appeal).items()) if (cell_id, package) in used
        ),
        cost_cents=appeals.costs(session)[appeal.id],
        paid_back_on=None,
        mailed_arm=NOBODY,
        control_arm=NOBODY,
        lift=None,
        opt_outs=0,
        promises=Promises(begun=0, raised=0, cents=0, mailed_arm=NOBODY, control_arm=NOBODY, lift=None),
    )  # fmt: skip


def _codes(session: Session, appeal: WholeAppeal) -> dict[str, tuple[CellId, str]]:
    """Each code of its slips, with its cell and package."""
    return {
        rules.source_code(appeal.appeal.code, package, cell.position): (cell.id, package)
        for cell in store.cells(session, appeal.id)
        for package in (cell.plan.package, cell.plan.rival)
        if package
    }


def frozen_days(session: Session) -> dict[AppealId, date]:
    """Each frozen appeal that was not called off, with the day from which it counts, the newest first."""
    row, begins = AppealPlanRow, store.begins_on(AppealPlanRow)
    frozen = select(row.appeal_id, begins).where(row.frozen_at.is_not(None), row.abandoned_at.is_(None))
    ordered = frozen.order_by(begins.desc(), row.appeal_id.desc())
    return {AppealId(number): day for number, day in session.execute(ordered)}


def touched(session: Session, *, after: int) -> set[AppealId]:
    """The appeals to which a gift counts of which money moved after that movement."""
    moved = donations.moved_after(after).subquery("moved")
    return {AppealId(number) for number in session.scalars(union(*_counting(moved)))}


def changed(session: Session, *, after: datetime) -> dict[AppealId, datetime]:
    """When a gift was last put right, or became somebody else's, that counts or counted to an appeal."""
    gifts = donations.changed_after(after).subquery("moved")
    told = union(*(one.add_columns(gifts.c.at) for one in _counting(gifts))).subquery("told")
    latest = select(told.c.appeal_id, type_coerce(func.max(told.c.at), gifts.c.at.type)).group_by(told.c.appeal_id)
    return {AppealId(number): at for number, at in session.execute(latest)}


def _counting(moved: Subquery) -> tuple[Select[*tuple[Any, ...]], ...]:
    """(appeal_id) for each of some gifts that counts to an appeal: by its code, or within the window."""
    slips = donations.slips().subquery("slips")
    row, plan = RecipientRow, AppealPlanRow
    coded = select(slips.c.appeal_id).join(moved, moved.c.source_code == slips.c.code)
    plain = (
        select(row.appeal_id)
        .join(moved, moved.c.person_id == row.person_id)
        .join(plan, plan.appeal_id == row.appeal_id)
        .where(
            moved.c.kind == GiftKind.ONE_OFF,
            days_between(store.begins_on(plan), moved.c.given_on).between(0, WINDOW),
        )
    )
    return coded, plain


def _answered(
    session: Session,
    appeal: WholeAppeal,
    codes: Mapping[str, tuple[CellId, str]],
    givers: Select[*tuple[Any, ...]],
    *,
    since: date,
    until: date,
) -> tuple[Answered, ...]:
    """By code, also where nobody stands any more behind one: what bears it came of the appeal."""
    row, reached = RecipientRow, case((store.reached(), 1), else_=0)
    frozen = session.execute(
        select(row.source_code, func.sum(reached))
        .where(row.appeal_id == appeal.id, row.arm == Arm.MAILED)
        .group_by(row.source_code)
    )
    mailed = {code: int(people) for code, people in frozen}
    gifts = donations.effective_gifts().subquery("gifts")
    is_regular = gifts.c.kind == GiftKind.INSTALMENT
    sums = (func.count(), func.sum(gifts.c.given_cents), func.sum(case((is_regular, 1), else_=0)),
            func.sum(case((is_regular, gifts.c.given_cents), else_=0)))  # fmt: skip
    by_code = {
        code: tuple(map(int, told))
        for code, *told in session.execute(
            select(gifts.c.source_code, func.count(gifts.c.person_id.distinct()), *sums)
            .where(gifts.c.source_code.in_(sorted(codes)), gifts.c.given_cents > 0)
            .group_by(gifts.c.source_code)
        )
    }
    plain = answers.without_code(session, appeal, givers, since, until).subquery("plain")
    several = select(plain.c.source_code, func.count(), func.sum(plain.c.given_cents)).group_by(plain.c.source_code)
    in_window = {code: (int(count), int(cents)) for code, count, cents in session.execute(several)}
    found = []
    for code, (cell_id, package) in sorted(codes.items()):
        people, each, cents, regular, regular_cents = by_code.get(code, (0, 0, 0, 0, 0))
        window_gifts, window_cents = in_window.get(code, (0, 0))
        if code in mailed or each:
            found.append(
                Answered(
                    cell_id=cell_id,
                    package=package,
                    mailed=mailed.get(code, 0),
                    people=people,
                    gifts=each - regular,
                    cents=cents - regular_cents,
                    regular_gifts=regular,
                    regular_cents=regular_cents,
                    window_gifts=window_gifts,
                    window_cents=window_cents,
                )
            )
    return tuple(found)


def _by_day(session: Session, codes: set[str]) -> list[tuple[date, int]]:
    """What came, by day, of gifts that bear a code."""
    gifts = donations.effective_gifts().subquery("gifts")
    coded = select(gifts.c.given_on, func.sum(gifts.c.given_cents)).where(gifts.c.source_code.in_(sorted(codes)))
    query = coded.group_by(gifts.c.given_on).order_by(gifts.c.given_on)
    return [(day, int(cents)) for day, cents in session.execute(query)]


def _one_off(since: date, until: date) -> Select[*tuple[Any, ...]]:
    """(person_id, cents) of each one-off gift of the window, whatever its code."""
    gifts = donations.effective_gifts().subquery("gifts")
    query = select(gifts.c.person_id, gifts.c.given_cents.label("cents"))
    return query.where(gifts.c.given_on.between(since, until), gifts.c.kind == GiftKind.ONE_OFF)


def _promises(session: Session, appeal_id: AppealId, since: date, until: date) -> Promises:
    """What became of regular gifts in the window, by everybody who was asked and by both arms."""
    row, every = RecipientRow, plans.changes().subquery("changes")
    here = (row.appeal_id == appeal_id, row.arm == Arm.MAILED, store.reached(), every.c.on.between(since, until))
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
    appeal by mail speaks, asked or left alone; nor a cell of which nothing left yet.
    """
    row, some = RecipientRow, amounts.subquery("amounts")
    each = (
        select(row.cell_id, row.arm, row.person_id, func.coalesce(func.sum(some.c.cents), 0).label("cents"))
        .outerjoin(some, some.c.person_id == row.person_id)
        .where(row.appeal_id == appeal_id, row.added_at.is_(None), ~row.is_missed, store.cell_left())
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
        store.reached(),
        row.person_id.in_(select(no.c.person_id)),
    )
    return session.scalar(query) or 0
