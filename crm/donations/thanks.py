"""The door of thanks: who waits for them and by which way, that they were thanked, the rules of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from itertools import groupby

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from crm.care import selects as care_selects
from crm.care import service as care
from crm.donations import thank_selects, thank_store, thanking
from crm.donations.model import LARGEST, EntryKind, Method
from crm.donations.tables import GiftRow, MoneyEntryRow, ThankCallRow, ThankRuleRow, ThanksRow
from crm.donations.thanking import Due, Reach, ThankRule, ThankWay
from crm.foundation.database import hold
from crm.people import contacts
from crm.people import service as people
from crm.people.model import Deliverability, Person
from crm.people.rules import holds_on, mailbox_on
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, GiftId, PersonId
from crm.values.languages import Language

MOST = 300
"""So many people a work list holds; the next come once these were thanked."""


def due(session: Session, on: date, *, size: int = MOST) -> tuple[Due, ...]:
    """Who waits for thanks, who has waited longest first; one line a person, however many gifts they made."""
    gifts = thank_selects.to_thank().subquery()
    longest = select(gifts.c.person_id, func.min(gifts.c.given_on).label("on")).group_by(gifts.c.person_id)
    first = longest.order_by("on", gifts.c.person_id).limit(size).subquery()
    query = (
        select(gifts)
        .join(first, first.c.person_id == gifts.c.person_id)
        .order_by(first.c.on, gifts.c.person_id, gifts.c.id)
    )
    rows = session.execute(query).all()
    ids = {PersonId(row.person_id) for row in rows}
    came = _came(session, [row.id for row in rows])
    known, reach, rules = people.people(session, ids), _reach(session, ids, on), thank_rules(session)
    found = []
    for person_id, several in groupby(rows, key=lambda row: PersonId(row.person_id)):
        mine, person = list(several), known[person_id]
        waiting = Due(
            person_id=person_id,
            gift_ids=tuple(GiftId(row.id) for row in mine),
            given=tuple((row.given_on, row.cents) for row in mine),
            cents=sum(row.cents for row in mine),
            last_on=max(row.given_on for row in mine),
            is_first=any(row.is_first for row in mine),
            way=ThankWay.NONE,
        )
        way = thanking.way(
            rules,
            cents=waiting.cents,
            is_first=waiting.is_first,
            language=person.language,
            reach=_reached(person, on, has_address=reach[person_id]),
            methods={method for row in mine for method in came.get(row.id, ())},
        )
        found.append(replace(waiting, way=way))
    return tuple(found)


def due_count(session: Session) -> int:
    """How many people wait for thanks."""
    gifts = thank_selects.to_thank().subquery()
    return session.scalar(select(func.count(gifts.c.person_id.distinct()))) or 0


def thank(
    session: Session, gift_ids: Collection[GiftId], way: ThankWay, *, at: datetime, by: AccountId | None
) -> tuple[GiftId, ...]:
    """Writes down that they were thanked for these gifts; those for which they had not been before, in order."""
    for gift_id in sorted(gift_ids):
        hold(session, f"gift {gift_id}")
    open_ones = select(GiftRow.id).where(GiftRow.id.in_(gift_ids), GiftRow.thanked_at.is_(None)).order_by(GiftRow.id)
    fresh = [GiftId(number) for number in session.scalars(open_ones)]
    session.execute(
        update(GiftRow).where(GiftRow.id.in_(fresh)).values(thanked_at=at).execution_options(synchronize_session=False)
    )
    session.add_all(ThanksRow(gift_id=gift_id, way=way, thanked_at=at, thanked_by=by) for gift_id in fresh)
    session.flush()
    thank_store.thanked_for_regular(session, fresh)
    return tuple(fresh)


def call(session: Session, due: Due, *, title: str, at: datetime, on: date, by: AccountId) -> bool:
    """A task to thank somebody by telephone, once: they count as thanked when it is done. Whether it was made."""
    for gift_id in sorted(due.gift_ids):
        hold(session, f"gift {gift_id}")
    waiting = care_selects.open_tasks().subquery("waiting")
    row = ThankCallRow
    theirs = select(row.gift_id).join(waiting, waiting.c.id == row.task_id).where(row.gift_id.in_(due.gift_ids))
    called = set(session.scalars(theirs))
    gifts = select(GiftRow.id).where(GiftRow.id.in_(due.gift_ids), GiftRow.thanked_at.is_(None))
    fresh = [number for number in session.scalars(gifts) if number not in called]
    if not fresh:
        return False
    task = care.add_task(session, title=title, by=by, at=at, due_on=on, person_id=due.person_id)
    for number in fresh:
        session.merge(ThankCallRow(gift_id=number, task_id=task.id))
    session.flush()
    return True


def note_calls(session: Session) -> int:
    """Writes down who was thanked by telephone, now that their task is done; how many gifts it were."""
    made, row = care_selects.finished_tasks().subquery("made"), ThankCallRow
    query = (
        select(row.gift_id, made.c.done_at, made.c.done_by)
        .join(made, made.c.id == row.task_id)
        .join(GiftRow, GiftRow.id == row.gift_id)
        .where(GiftRow.thanked_at.is_(None))
    )
    found = session.execute(query).all()
    for gift_id, done_at, done_by in found:
        thank(session, [GiftId(gift_id)], ThankWay.PHONE, at=done_at, by=done_by)
    return len(found)


carry = thank_store.carry


def thank_rules(session: Session) -> tuple[ThankRule, ...]:
    """The rules that the team made, the least particular first; none where those by default hold."""
    row = ThankRuleRow
    query = select(row).order_by(row.least_cents, row.first_only, row.language, row.id)
    return tuple(
        ThankRule(
            id=r.id, way=r.way, least_cents=r.least_cents, first_only=r.first_only, language=r.language, method=r.method
        )
        for r in session.scalars(query)
    )


def add_rule(
    session: Session,
    *,
    way: ThankWay,
    least_cents: int,
    first_only: bool,
    language: Language | None,
    method: Method | None = None,
) -> ThankRule:
    """One more rule. The first one that is made takes those by default along, so that nothing else changes."""
    if not 0 <= least_cents < LARGEST:
        raise Invalid("an amount from nought on", field="least")
    hold(session, "thank rules")
    rules = [] if session.scalar(select(ThankRuleRow.id).limit(1)) else list(thanking.BY_DEFAULT)
    new = ThankRule(way=way, least_cents=least_cents, first_only=first_only, language=language, method=method)
    for rule in [*rules, new]:
        row = ThankRuleRow(
            way=rule.way,
            least_cents=rule.least_cents,
            first_only=rule.first_only,
            language=rule.language,
            method=rule.method,
        )
        session.add(row)
        session.flush()
    return replace(new, id=row.id)


def drop_rule(session: Session, rule_id: int) -> None:
    """Takes a rule away; one that is gone is gone. Without any, those by default hold again."""
    row = session.get(ThankRuleRow, rule_id)
    if row is not None:
        session.delete(row)
        session.flush()


def _came(session: Session, gift_ids: Collection[int]) -> dict[int, set[Method]]:
    """By which channels the money of each of those gifts came."""
    row, found = MoneyEntryRow, dict[int, set[Method]]()
    query = select(row.gift_id, row.method).where(row.gift_id.in_(gift_ids), row.kind == EntryKind.RECEIPT)
    for gift_id, method in session.execute(query):
        found.setdefault(gift_id, set()).add(method)
    return found


def _reach(session: Session, ids: Collection[PersonId], on: date) -> dict[PersonId, bool]:
    """Who has an address that holds that day."""
    abodes = contacts.addresses_of(session, ids)
    return {
        person_id: any(holds_on(a, on) and a.deliverability is Deliverability.LIVE for a in abodes.get(person_id, ()))
        for person_id in ids
    }


def _reached(person: Person, on: date, *, has_address: bool) -> Reach:
    mail, phones = mailbox_on(person, on), [point for point in person.phones if holds_on(point, on)]
    return Reach(
        has_mail=mail is not None and mail.deliverability is Deliverability.LIVE,
        has_address=has_address,
        has_phone=any(point.deliverability is Deliverability.LIVE for point in phones),
    )
