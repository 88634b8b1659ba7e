"""SQL of memberships."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, func, insert, or_, select
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.foundation.database import hold
from crm.foundation.months import MONTH, day_at, mark
from crm.members import selects
from crm.members.model import (
    ORDINARY,
    Fee,
    HouseRules,
    Kind,
    LeaveReason,
    Membership,
    Part,
    Rate,
    Reminder,
    Source,
    State,
    Totals,
    Wanted,
)
from crm.members.rules import FOREVER
from crm.members.tables import (
    HouseRulesRow,
    KindRow,
    MembershipRow,
    PartRow,
    RateRow,
    ReminderRow,
    TermsRow,
)
from crm.values.identifiers import GiftId, MembershipId, PersonId

_PARTS = presence.watch(PartRow.person_id)

AT_ONCE = 500


def listed(wanted: Wanted, *, grace_months: int, mistakes: bool = False) -> Select[*tuple[Any, ...]]:
    """Every membership that answers, as it stands on a day; those that were a mistake only where asked."""
    row, part, on = MembershipRow, PartRow, wanted.on
    held = selects.standings(on).subquery("held")
    kind = (
        select(TermsRow.kind)
        .where(TermsRow.membership_id == row.id, TermsRow.from_on <= on)
        .order_by(TermsRow.from_on.desc())
        .limit(1)
        .scalar_subquery()
    )
    holder = select(func.min(part.person_id)).where(part.membership_id == row.id, part.is_holder).scalar_subquery()
    stays = or_(part.until_on.is_(None), part.until_on == row.ended_on)
    people = select(func.count(part.person_id.distinct())).where(part.membership_id == row.id, stays).scalar_subquery()
    state = case(
        (and_(row.ended_on.is_not(None), row.ended_on <= on), State.RESIGNED.value),
        (held.c.until.is_(None), State.AWAITED.value),
        (held.c.until > mark(on), State.IN_FORCE.value),
        (held.c.until + MONTH * grace_months > mark(on), State.GRACE.value),
        else_=State.LAPSED.value,
    )
    joined = func.coalesce(row.signed_on, held.c.first_on)
    query = select(
        row.id,
        row.source,
        row.ended_on,
        row.end_reason,
        kind.label("kind"),
        holder.label("holder_id"),
        joined.label("joined_on"),
        held.c.until,
        state.label("state"),
        people.label("people"),
    )
    found = query.outerjoin(held, held.c.key == row.id)
    if not mistakes:
        found = found.where(or_(row.end_reason.is_(None), row.end_reason != LeaveReason.MISTAKE))
    if wanted.state is not None:
        found = found.where(state == wanted.state.value)
    if wanted.kind:
        found = found.where(kind == wanted.kind)
    if wanted.joined_since_on is not None:
        found = found.where(joined >= wanted.joined_since_on)
    if wanted.person_id is not None:
        found = found.where(row.id.in_(select(part.membership_id).where(part.person_id == wanted.person_id)))
    return found


def page(
    session: Session, wanted: Wanted, *, grace_months: int, after: int | None, size: int
) -> tuple[Membership, ...]:
    """The newest memberships that answer, those before one number where it is given."""
    query = listed(wanted, grace_months=grace_months).order_by(MembershipRow.id.desc()).limit(size)
    if after is not None:
        query = query.where(MembershipRow.id < after)
    return tuple(_membership(found) for found in session.execute(query))


def find(session: Session, membership_id: int, *, on: date, grace_months: int) -> Membership | None:
    """One membership, mistaken ones too."""
    query = listed(Wanted(on=on), grace_months=grace_months, mistakes=True).where(MembershipRow.id == membership_id)
    found = session.execute(query).one_or_none()
    return None if found is None else _membership(found)


def totals(session: Session, wanted: Wanted, *, grace_months: int) -> Totals:
    """What all memberships that answer come to."""
    every = listed(wanted, grace_months=grace_months).subquery("every")
    by_state: dict[State, int] = dict.fromkeys(State, 0)
    by_kind: dict[str, int] = {}
    people = 0
    query = select(every.c.state, every.c.kind, func.count(), func.sum(every.c.people))
    for state, kind, count, of_them in session.execute(query.group_by(every.c.state, every.c.kind)):
        by_state[State(state)] += count
        by_kind[kind] = by_kind.get(kind, 0) + count
        people += int(of_them or 0)
    number = sum(by_state.values())
    return Totals(memberships=number, people=people, by_state=by_state, by_kind=by_kind)


def parts(session: Session, membership_id: int) -> tuple[Part, ...]:
    """Who is and was of a membership, its holder first."""
    query = select(PartRow).where(PartRow.membership_id == membership_id)
    query = query.order_by(PartRow.is_holder.desc(), PartRow.id).execution_options(populate_existing=True)
    return tuple(_part(row) for row in session.scalars(query))


def is_of_any(session: Session, person_id: int) -> bool:
    """True where somebody is or was of any membership."""
    if presence.nothing(session, _PARTS, person_id):
        return False
    return session.scalar(_IS_OF_ANY, {"person_id": person_id}) is not None


_IS_OF_ANY = select(PartRow.id).where(PartRow.person_id == bindparam("person_id")).limit(1)


def parts_of(session: Session, person_ids: Collection[int]) -> tuple[PartRow, ...]:
    """The parts of people in any membership, as rows."""
    return tuple(session.scalars(select(PartRow).where(PartRow.person_id.in_(person_ids)).order_by(PartRow.id)))


def terms(session: Session, membership_id: int) -> tuple[tuple[date, str], ...]:
    """From which day of which kind, the oldest first."""
    query = select(TermsRow.from_on, TermsRow.kind).where(TermsRow.membership_id == membership_id)
    return tuple((from_on, kind) for from_on, kind in session.execute(query.order_by(TermsRow.from_on)))


def fees(session: Session, key: int) -> tuple[Fee, ...]:
    """The fees of a membership."""
    every = selects.fees().subquery("every")
    return tuple(
        Fee(
            line_id=row.line_id,
            gift_id=GiftId(row.gift_id),
            person_id=PersonId(row.person_id),
            paid_on=row.given_on,
            cents=int(row.cents),
            months=row.months,
        )
        for row in session.execute(select(every).where(every.c.key == key).order_by(every.c.given_on, every.c.line_id))
    )


def reminders(session: Session, membership_id: int) -> tuple[Reminder, ...]:
    """Which reminders left, the newest first."""
    query = select(ReminderRow).where(ReminderRow.membership_id == membership_id).order_by(ReminderRow.until_on.desc())
    return tuple(
        Reminder(until_on=row.until_on, way=row.way, reminded_at=row.reminded_at) for row in session.scalars(query)
    )


def kinds(session: Session) -> tuple[Kind, ...]:
    """Every kind with its rates; the ordinary one is always there."""
    rates: dict[str, list[Rate]] = {ORDINARY: []}
    for row in session.scalars(select(RateRow).order_by(RateRow.from_on)):
        rate = Rate(kind=row.kind, from_on=row.from_on, fee_cents=row.fee_cents, months=row.months)
        rates.setdefault(row.kind, []).append(rate)
    known = {ORDINARY: ("", True, True)}
    known |= {row.code: (row.name, row.is_open, row.votes) for row in session.scalars(select(KindRow))}
    ordered = sorted(known.items(), key=lambda one: (one[0] != ORDINARY, one[1][0]))
    return tuple(
        Kind(code=code, name=name, is_open=is_open, rates=tuple(rates.get(code, ())), votes=votes)
        for code, (name, is_open, votes) in ordered
    )


def ensure_ordinary(session: Session) -> None:
    """The kind that needs no decision, written where it is not there yet."""
    if session.get(KindRow, ORDINARY) is None:
        hold(session, "ordinary membership")
        session.merge(KindRow(code=ORDINARY, name="", is_open=True, votes=True))
        session.flush()


def house_rules(session: Session) -> tuple[HouseRules, ...]:
    """What the statutes said and say, the oldest first."""
    return tuple(
        HouseRules(
            from_on=row.from_on,
            grace_months=row.grace_months,
            remind_days=row.remind_days,
            proxies_most=row.proxies_most,
        )
        for row in session.scalars(select(HouseRulesRow).order_by(HouseRulesRow.from_on))
    )


def loose(session: Session, *, size: int) -> tuple[int, ...]:
    """Whoever paid a fee that falls on no membership."""
    every = selects.fees().subquery("every")
    query = select(every.c.person_id).where(every.c.key < 0).distinct().order_by(every.c.person_id).limit(size)
    return tuple(session.scalars(query))


def first_loose(session: Session, person_ids: Collection[int]) -> dict[int, date]:
    """The day of the first such fee of each."""
    every = selects.fees().subquery("every")
    query = select(every.c.person_id, func.min(every.c.given_on).label("first_on")).where(
        every.c.key < 0, every.c.person_id.in_(person_ids)
    )
    return {row.person_id: row.first_on for row in session.execute(query.group_by(every.c.person_id))}


def add_many(session: Session, rows: Sequence[dict[str, Any]]) -> list[int]:
    """New memberships; their numbers, in the order of the rows."""
    added = session.scalars(insert(MembershipRow).returning(MembershipRow.id, sort_by_parameter_order=True), rows)
    return list(added)


def _membership(row: Any) -> Membership:
    is_free = row.until is not None and row.until >= FOREVER
    return Membership(
        id=MembershipId(row.id),
        kind=row.kind or ORDINARY,
        source=Source(row.source),
        holder_id=PersonId(row.holder_id),
        joined_on=row.joined_on,
        paid_until_on=None if row.until is None or is_free else day_at(int(row.until)),
        ended_on=row.ended_on,
        end_reason=None if row.end_reason is None else LeaveReason(row.end_reason),
        state=State(row.state),
        people=row.people,
        is_free=is_free,
    )


def _part(row: PartRow) -> Part:
    return Part(
        id=row.id,
        person_id=PersonId(row.person_id),
        is_holder=row.is_holder,
        since_on=row.since_on,
        until_on=row.until_on,
    )
