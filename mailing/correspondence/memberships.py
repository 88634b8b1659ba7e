"""Mails to members: until when the fee is paid, and the convocation to an assembly. Both ask for no gift."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from crm.foundation.templating import environment
from crm.members.model import Assembly, Due
from crm.people.model import ContactPoint, Person
from crm.people.rules import mailbox_on
from crm.values.calendar import brussels_day
from crm.values.identifiers import MembershipId, PersonId
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, RenderedEmail, Slot


def remind(session: Session, desk: Desk, several: Iterable[tuple[Due, Person]], *, at: datetime) -> list[Due]:
    """Owes each the mail that says until when their membership is paid; those who have a mailbox.

    Where a mail reached nobody another mailbox is tried, never the same.
    """
    rendered: dict[tuple[object, ...], RenderedEmail] = {}
    owed = []
    for due, person in several:
        point = mailbox_on(person, brussels_day(at))
        if point is None:
            continue
        key = (person.language, due.until_on, due.fee_cents)
        if key not in rendered:
            filters = environment(person.language).filters
            facts = {
                "until": filters["day"](due.until_on, "plain"),
                "fee": filters["money"](due.fee_cents) if due.fee_cents else "",
            }
            rendered[key] = rendering.render_letter(
                LetterKind.FEE, person.language, desk.organisation, public_url=desk.public_url, facts=facts
            )
        occasion = f"{due.membership_id} {due.until_on} {point.id}"
        mail = rendered[key]
        made = _owe(session, desk, LetterKind.FEE, mail, point, person_id=person.id, occasion=occasion, at=at)
        if made or not due.is_in_vain:
            owed.append(due)
    return owed


def reminded_of(occasion: str) -> tuple[MembershipId, date]:
    """Of which membership, and of which last day, a reminder told."""
    _, membership_id, until_on, *_ = occasion.split()
    return MembershipId(int(membership_id)), date.fromisoformat(until_on)


def convoke(
    session: Session, desk: Desk, assembly: Assembly, people: Sequence[Person], *, at: datetime
) -> list[PersonId]:
    """Owes each voter the convocation; those who have a mailbox."""
    rendered: dict[object, RenderedEmail] = {}
    owed = []
    for person in people:
        point = mailbox_on(person, brussels_day(at))
        if point is None:
            continue
        if person.language not in rendered:
            facts: dict[str, str | tuple[str, ...]] = {
                "title": assembly.title,
                "on": environment(person.language).filters["day"](assembly.held_on, "long"),
                "place": assembly.place,
                "agenda": tuple(line.strip() for line in assembly.agenda.splitlines() if line.strip()),
            }
            rendered[person.language] = rendering.render_letter(
                LetterKind.ASSEMBLY, person.language, desk.organisation, public_url=desk.public_url, facts=facts
            )
        mail, occasion = rendered[person.language], str(assembly.id)
        _owe(session, desk, LetterKind.ASSEMBLY, mail, point, person_id=person.id, occasion=occasion, at=at)
        owed.append(person.id)
    return owed


def _owe(
    session: Session,
    desk: Desk,
    kind: LetterKind,
    rendered: RenderedEmail,
    point: ContactPoint,
    *,
    person_id: PersonId,
    occasion: str,
    at: datetime,
) -> bool:
    made = delivery.enqueue_letter(
        session,
        code=kind.value,
        rendered=rendered,
        headers=letters.headers(desk),
        person_id=person_id,
        contact_point_id=point.id,
        address=point.value,
        address_key=point.address_key,
        occasion=f"{kind.value} {occasion}",
        values={Slot.ADDRESS.value: point.value},
        now=at,
    )
    return made is not None
