"""Mails that say what we shall ask of somebody's bank: a service mail, once for the terms of their plan."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime

from sqlalchemy.orm import Session

from crm.collections.announcing import Notice
from crm.foundation.templating import environment
from crm.foundation.translation import say
from crm.people.model import ContactPoint, Person
from crm.people.rules import mailbox_on
from crm.plans.words import RHYTHMS
from crm.values.calendar import brussels_day
from crm.values.identifiers import PlanId
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, RenderedEmail, Slot


def send(session: Session, desk: Desk, several: Iterable[tuple[Notice, Person]], *, at: datetime) -> list[Notice]:
    """Owes each of those who have a mailbox the mail; who they are."""
    owed = []
    for notice, person in several:
        point = mailbox_on(person, brussels_day(at))
        if point is None:
            continue
        mail = _rendered(desk, notice, person)
        made = any(
            _owe(session, desk, mail, person, point, occasion=one, at=at) for one in _occasions(notice, point, at)
        )
        if made:
            owed.append(notice)
    return owed


def plan_of(occasion: str) -> PlanId:
    """Of which plan a mail told."""
    return PlanId(int(occasion.split()[1]))


def _occasions(notice: Notice, point: ContactPoint, at: datetime) -> Iterator[str]:
    """For what it is owed: once an amount and a mailbox, and where that was said before, once a day.

    Where a mail reached nobody another mailbox is tried, never the same.
    """
    first = f"notice {notice.plan_id} {notice.due_on} {notice.cents} {point.id}"
    yield first
    if not notice.is_in_vain:
        yield f"{first} {brussels_day(at)}"


def _owe(
    session: Session,
    desk: Desk,
    mail: RenderedEmail,
    person: Person,
    point: ContactPoint,
    *,
    occasion: str,
    at: datetime,
) -> bool:
    made = delivery.enqueue_letter(
        session,
        code=LetterKind.NOTICE.value,
        rendered=mail,
        headers=letters.headers(desk),
        person_id=person.id,
        contact_point_id=point.id,
        address=point.value,
        address_key=point.address_key,
        occasion=occasion,
        values={Slot.ADDRESS.value: point.value},
        now=at,
    )
    return made is not None


def _rendered(desk: Desk, notice: Notice, person: Person) -> RenderedEmail:
    filters = environment(person.language).filters
    facts = {
        "amount": filters["money"](notice.cents),
        "rhythm": say(person.language, RHYTHMS[notice.every_months]),
        "on": filters["day"](notice.due_on, "plain"),
        "reference": notice.reference,
        "creditor": notice.creditor,
        "tail": notice.tail,
    }
    return rendering.render_letter(
        LetterKind.NOTICE, person.language, desk.organisation, public_url=desk.public_url, facts=facts
    )
