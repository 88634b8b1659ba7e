"""Telling members, before their membership runs out, until when it is paid: once for each such day.

Basis: the membership itself (GDPR art. 6(1)(b)); the letter says what was agreed and asks for no gift, so that it is
no appeal and needs no consent. To the holder, or where they died (or are said to have) to whoever shares it; never to
those who left, nor where a running plan holds the next fee, be it that of another member of the household.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, case, func, select
from sqlalchemy.orm import Session

from crm.foundation.months import day_at, day_marked, mark
from crm.foundation.numbered import one_of
from crm.members import rules, selects, service, store
from crm.members.model import Due, RemindWay
from crm.members.tables import MembershipRow, PartRow, ReminderRow, TermsRow
from crm.people.selects import gone, merged
from crm.values.calendar import brussels_day
from crm.values.identifiers import MembershipId, PersonId, PlanId


def due(session: Session, *, at: datetime, size: int, after: int = 0) -> tuple[Due, ...]:
    """Whose membership runs out within the days that the house said and was not told so, by their numbers."""
    today = brussels_day(at)
    last = today + timedelta(days=service.rules_on(session, today).remind_days)
    held, row, part = selects.standings(today).subquery("held"), MembershipRow, PartRow
    fed = selects.fed_by_plans(today).subquery("fed")
    kind = (
        select(TermsRow.kind)
        .where(TermsRow.membership_id == row.id, TermsRow.from_on <= today)
        .order_by(TermsRow.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    holder = func.coalesce(func.min(case((part.is_holder, part.person_id))), func.min(part.person_id))
    in_vain = func.max(case((_is_told(held, RemindWay.IN_VAIN), 1), else_=0))
    query = (
        select(row.id, holder.label("person_id"), held.c.until, kind.label("kind"), in_vain.label("is_in_vain"))
        .join(held, held.c.key == row.id)
        .join(part, and_(part.membership_id == row.id, part.until_on.is_(None)))
        .where(
            row.id > after,
            row.ended_on.is_(None),
            held.c.until > mark(today),
            held.c.until <= mark(last),
            ~gone(part.person_id),
            ~merged(part.person_id),
            row.id.not_in(select(fed.c.membership_id)),
            ~_is_told(held, RemindWay.MAIL, RemindWay.LETTER),
        )
        .group_by(row.id, held.c.until)
        .order_by(row.id)
        .limit(size)
    )
    rates = [rate for one in store.kinds(session) for rate in one.rates]
    several = []
    for one in session.execute(query):
        rate = rules.rate_on(rates, one.kind, today)
        several.append(
            Due(
                membership_id=MembershipId(one.id),
                person_id=PersonId(one.person_id),
                until_on=day_at(int(one.until)),
                fee_cents=rate.fee_cents if rate else 0,
                is_in_vain=bool(one.is_in_vain),
            )
        )
    return tuple(several)


def fed_by(session: Session, membership_id: MembershipId, *, on: date) -> tuple[tuple[PersonId, PlanId], ...]:
    """Whose running plan holds the next fee of a membership, which is why nobody of it is reminded."""
    fed = selects.fed_by_plans(on).subquery("fed")
    query = select(fed.c.person_id, fed.c.plan_id).where(fed.c.membership_id == membership_id).order_by(fed.c.plan_id)
    return tuple((PersonId(person_id), PlanId(plan_id)) for person_id, plan_id in session.execute(query))


def note(session: Session, several: Iterable[Due], way: RemindWay, *, at: datetime) -> None:
    """Writes down that they were told; in place of a mail that reached nobody."""
    wanted = {(one.membership_id, one.until_on): one for one in several}
    for row in _noted(session, wanted):
        row.way, row.reminded_at = way, at
        del wanted[MembershipId(row.membership_id), row.until_on]
    session.add_all(
        ReminderRow(membership_id=one.membership_id, until_on=one.until_on, way=way, reminded_at=at)
        for one in wanted.values()
    )
    session.flush()


def take_back(session: Session, mails: Mapping[tuple[MembershipId, date], datetime]) -> int:
    """The mails that reminded of those days, owed at that instant, reached nobody: they are to be told otherwise; how
    many. Twice is once."""
    several = [
        row
        for row in _noted(session, mails)
        if row.way is RemindWay.MAIL and row.reminded_at == mails[MembershipId(row.membership_id), row.until_on]
    ]
    for row in several:
        row.way = RemindWay.IN_VAIN
    session.flush()
    return len(several)


def _noted(session: Session, wanted: Collection[tuple[MembershipId, date]]) -> list[ReminderRow]:
    """The reminders of those memberships for those days."""
    row = ReminderRow
    mine = (one_of(row.membership_id, {one for one, _ in wanted}), row.until_on.in_({day for _, day in wanted}))
    found = session.scalars(select(row).where(*mine)) if wanted else ()
    return [one for one in found if (one.membership_id, one.until_on) in wanted]


def _is_told(held: Any, *ways: RemindWay) -> ColumnElement[bool]:
    row = ReminderRow
    told = select(row.membership_id).where(
        row.membership_id == MembershipRow.id, row.until_on == day_marked(held.c.until), row.way.in_(ways)
    )
    return told.correlate(MembershipRow, held).exists()
