"""The door of memberships: join, share, leave, come back; where each stands; what fees cost.

Nobody writes down that somebody is a member: fees that came and stayed carry a membership, whatever order they come in,
and a fee that goes back takes its time along.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import insert, or_, select, update
from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.members import rules, selects, store
from crm.members.errors import AlreadyMember, KindUnknown, MembershipMissing, MembershipOver
from crm.members.model import (
    ORDINARY,
    Fee,
    HouseRules,
    Kind,
    LeaveReason,
    Membership,
    Rate,
    Source,
    Totals,
    Wanted,
    WholeMembership,
)
from crm.members.tables import HouseRulesRow, KindRow, MembershipRow, PartRow, RateRow, TermsRow
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, MembershipId, PersonId

NOTE = 500
NAME = 80
LARGEST_FEE = 10**7
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")


def join(
    session: Session, person_id: PersonId, *, kind: str, signed_on: date, at: datetime, by: AccountId | None
) -> MembershipId:
    """Writes down that somebody signed up; they are a member once their fee comes.

    Raises AlreadyMember, KindUnknown, PersonMissing, and Invalid for a day to come.
    """
    hold(session, "memberships")
    if signed_on > brussels_day(at):
        raise Invalid("nobody joined on a day to come", field="signed_on")
    _open_kind(session, kind)
    person = people.find_survivor(session, person_id)
    if person is None or person.is_deceased:
        raise PersonMissing
    catch_up(session, at=at)
    theirs = store.parts_of(session, [person.id])
    if any(part.until_on is None for part in theirs):
        raise AlreadyMember
    since_on = max((part.until_on for part in theirs if part.until_on), default=None)
    row = MembershipRow(signed_on=signed_on, source=Source.OFFICE, end_note="", recorded_at=at, recorded_by=by)
    session.add(row)
    session.flush()
    session.add(PartRow(membership_id=row.id, person_id=person.id, is_holder=True, since_on=since_on))
    session.add(TermsRow(membership_id=row.id, from_on=rules.ALWAYS, kind=kind))
    session.flush()
    return MembershipId(row.id)


def share(session: Session, membership_id: MembershipId, person_id: PersonId, *, since_on: date, at: datetime) -> None:
    """Makes somebody a member by the membership of their household; a membership of their own ends that day.

    Raises MembershipOver, AlreadyMember where they share another, PersonMissing.
    """
    hold(session, "memberships")
    row = _open(session, membership_id)
    person = people.find_survivor(session, person_id)
    if person is None or person.is_deceased:
        raise PersonMissing
    if since_on > brussels_day(at):
        raise Invalid("a day to come", field="since_on")
    catch_up(session, at=at)
    for part in store.parts_of(session, [person.id]):
        if part.until_on is not None:
            continue
        if part.membership_id == row.id:
            return
        alone = len({one.person_id for one in store.parts(session, part.membership_id) if one.until_on is None}) == 1
        if not alone:
            raise AlreadyMember
        _end(session, part.membership_id, on=since_on, reason=LeaveReason.HOUSEHOLD, note="")
    session.add(PartRow(membership_id=row.id, person_id=person.id, is_holder=False, since_on=since_on))
    session.flush()


def unshare(session: Session, membership_id: MembershipId, person_id: PersonId, *, on: date) -> None:
    """Takes somebody out of the membership of a household; its holder cannot be. Raises MembershipOver."""
    hold(session, "memberships")
    _open(session, membership_id)
    mine = PartRow.membership_id == membership_id
    done = session.execute(
        update(PartRow)
        .where(mine, PartRow.person_id == person_id, ~PartRow.is_holder, PartRow.until_on.is_(None))
        .values(until_on=on)
        .returning(PartRow.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not done:
        raise MembershipOver


def change_kind(session: Session, membership_id: MembershipId, kind: str, *, from_on: date) -> None:
    """Of another kind from a day on; what was paid before counts as it did. Raises KindUnknown, MembershipOver."""
    hold(session, "memberships")
    _open(session, membership_id)
    _open_kind(session, kind)
    session.merge(TermsRow(membership_id=membership_id, from_on=from_on, kind=kind))
    session.flush()


def resign(
    session: Session, membership_id: MembershipId, *, on: date, reason: LeaveReason, note: str, at: datetime
) -> None:
    """Ends a membership on a day: who was of it is a member no more from then on, whatever is paid.

    Raises MembershipOver where it ended already, Invalid for a day to come or too many words.
    """
    hold(session, "memberships")
    _open(session, membership_id)
    if on > brussels_day(at):
        raise Invalid("nobody leaves on a day to come", field="on")
    if len(note) > NOTE:
        raise Invalid("a few words", field="note")
    _end(session, membership_id, on=on, reason=reason, note=note.strip())


def reopen(session: Session, membership_id: MembershipId) -> None:
    """Takes a resignation back. Raises MembershipOver where it has not ended, AlreadyMember where one joined anew."""
    hold(session, "memberships")
    row = session.get(MembershipRow, membership_id, populate_existing=True)
    if row is None:
        raise MembershipMissing
    if row.ended_on is None:
        raise MembershipOver
    mine = [part for part in store.parts(session, row.id) if part.until_on == row.ended_on]
    others = store.parts_of(session, [part.person_id for part in mine])
    if any(part.membership_id != row.id and (part.until_on is None or part.until_on > row.ended_on) for part in others):
        raise AlreadyMember
    session.execute(update(PartRow).where(PartRow.id.in_([part.id for part in mine])).values(until_on=None))
    row.ended_on, row.end_reason, row.end_note = None, None, ""
    session.flush()


def catch_up(session: Session, *, at: datetime, most: int = 100_000) -> int:
    """Opens the memberships of those who paid a fee and have none for its day; how many. Twice is once.

    One that ended before they shared another, or that came to light late, ends where the other began.
    """
    hold(session, "memberships")
    opened = 0
    while opened < most and (some := store.loose(session, size=store.AT_ONCE)):
        store.ensure_ordinary(session)
        opened += len(_open_loose(session, some, at=at))
    return opened


def _open_loose(session: Session, person_ids: Collection[int], *, at: datetime) -> list[int]:
    theirs: dict[int, list[PartRow]] = {}
    for part in store.parts_of(session, person_ids):
        theirs.setdefault(part.person_id, []).append(part)
    first_paid = store.first_loose(session, person_ids)
    rows, links = [], []
    for person_id in person_ids:
        known, paid_on = theirs.get(person_id, []), first_paid[person_id]
        since = max((one.until_on for one in known if one.until_on and one.until_on <= paid_on), default=None)
        until = min((one.since_on for one in known if one.since_on and one.since_on > paid_on), default=None)
        reason = None if until is None else LeaveReason.HOUSEHOLD
        rows.append(
            {
                "source": Source.FEES,
                "ended_on": until,
                "end_reason": reason,
                "end_note": "",
                "recorded_at": at,
                "recorded_by": None,
            }
        )
        links.append({"person_id": person_id, "is_holder": True, "since_on": since, "until_on": until})
    numbers = store.add_many(session, rows)
    session.execute(insert(PartRow), [{"membership_id": one, **link} for one, link in zip(numbers, links, strict=True)])
    always = [{"membership_id": one, "from_on": rules.ALWAYS, "kind": ORDINARY} for one in numbers]
    session.execute(insert(TermsRow), always)
    return numbers


def membership(session: Session, membership_id: MembershipId, *, on: date) -> Membership:
    """A membership as it stands on a day. Raises MembershipMissing."""
    grace = rules_on(session, on).grace_months
    found = store.find(session, membership_id, on=on, grace_months=grace)
    if found is None:
        raise MembershipMissing
    return found


def whole(session: Session, membership_id: MembershipId, *, on: date) -> WholeMembership:
    """A membership with all that belongs to it. Raises MembershipMissing."""
    found = membership(session, membership_id, on=on)
    row = session.get_one(MembershipRow, membership_id)
    return WholeMembership(
        membership=found,
        end_note=row.end_note,
        parts=store.parts(session, membership_id),
        terms=store.terms(session, membership_id),
        periods=rules.periods(store.fees(session, membership_id)),
        reminders=store.reminders(session, membership_id),
    )


def of_person(session: Session, person_id: PersonId, *, on: date) -> tuple[Membership, ...]:
    """Every membership somebody is or was of, the newest first."""
    return page(session, Wanted(on=on, person_id=person_id)) if store.is_of_any(session, person_id) else ()


def page(
    session: Session, wanted: Wanted, *, after: MembershipId | None = None, size: int = 50
) -> tuple[Membership, ...]:
    """The newest memberships that answer `wanted`, a page at a time."""
    grace = rules_on(session, wanted.on).grace_months
    return store.page(session, wanted, grace_months=grace, after=after, size=size)


def totals(session: Session, wanted: Wanted) -> Totals:
    """What all memberships that answer `wanted` come to."""
    return store.totals(session, wanted, grace_months=rules_on(session, wanted.on).grace_months)


def kinds(session: Session) -> tuple[Kind, ...]:
    """Every kind of membership with what it costs, the ordinary one first."""
    return store.kinds(session)


def rate_on(session: Session, kind: str, on: date) -> Rate | None:
    """What a kind costs on a day, where somebody decided it."""
    return rules.rate_on((rate for one in kinds(session) for rate in one.rates), kind, on)


def set_rate(
    session: Session,
    rate: Rate,
    *,
    name: str,
    is_open: bool = True,
    votes: bool = True,
    at: datetime,
    by: AccountId | None,
) -> None:
    """Says what a kind costs from a day on, how it is called, whether its members vote; what was paid counts as it did.

    A rate of no months asks nothing: a kind of its own, as honorary members are. Raises Invalid with the field that
    cannot be so.
    """
    if not _CODE.fullmatch(rate.kind):
        raise KindUnknown
    if not name.strip() and rate.kind != ORDINARY:
        raise Invalid("a kind has a name", field="name")
    if len(name) > NAME:
        raise Invalid("a short name", field="name")
    if not 0 <= rate.fee_cents <= LARGEST_FEE:
        raise Invalid("no such fee", field="fee")
    asks_nothing = rate.is_free and rate.fee_cents == 0 and rate.kind != ORDINARY
    if not asks_nothing and not 1 <= rate.months <= 120:
        raise Invalid("from one month to ten years", field="months")
    hold(session, "memberships")
    session.merge(KindRow(code=rate.kind, name=name.strip(), is_open=is_open, votes=votes or rate.kind == ORDINARY))
    session.flush()
    session.merge(
        RateRow(
            kind=rate.kind,
            from_on=rate.from_on,
            fee_cents=rate.fee_cents,
            months=rate.months,
            decided_at=at,
            decided_by=by,
        )
    )
    session.flush()


def rules_on(session: Session, on: date) -> HouseRules:
    """What the statutes say on a day."""
    return rules.rules_on(store.house_rules(session), on)


def set_rules(session: Session, new: HouseRules, *, at: datetime, by: AccountId | None) -> None:
    """Says what holds from a day on. Raises Invalid with the field that cannot be so."""
    for field, least, most in (("grace_months", 0, 36), ("remind_days", 1, 180), ("proxies_most", 0, 100)):
        if not least <= getattr(new, field) <= most:
            raise Invalid("out of bounds", field=field)
    session.merge(
        HouseRulesRow(
            from_on=new.from_on,
            grace_months=new.grace_months,
            remind_days=new.remind_days,
            proxies_most=new.proxies_most,
            decided_at=at,
            decided_by=by,
        )
    )
    session.flush()


def _end(session: Session, membership_id: int, *, on: date, reason: LeaveReason, note: str) -> None:
    row = session.get_one(MembershipRow, membership_id)
    row.ended_on, row.end_reason, row.end_note = on, reason, note
    session.execute(
        update(PartRow)
        .where(PartRow.membership_id == membership_id, or_(PartRow.until_on.is_(None), PartRow.until_on > on))
        .values(until_on=on)
        .execution_options(synchronize_session=False)
    )
    session.flush()
    session.expire_all()


def _open(session: Session, membership_id: int) -> MembershipRow:
    row = session.scalar(
        select(MembershipRow).where(MembershipRow.id == membership_id).execution_options(populate_existing=True)
    )
    if row is None:
        raise MembershipMissing
    if row.ended_on is not None:
        raise MembershipOver
    return row


def _open_kind(session: Session, kind: str) -> None:
    if kind == ORDINARY:
        store.ensure_ordinary(session)
    row = session.get(KindRow, kind)
    if row is None or not row.is_open:
        raise KindUnknown


def fees_after_leaving(session: Session) -> tuple[Fee, ...]:
    """Fees of people who had left when they came: they make nobody a member until a colleague looks."""
    query = selects.after_leaving().limit(50)
    return tuple(
        Fee(
            line_id=0,
            gift_id=GiftId(row.gift_id),
            person_id=PersonId(row.person_id),
            paid_on=row.given_on,
            cents=int(row.cents),
            months=0,
        )
        for row in session.execute(query)
    )
