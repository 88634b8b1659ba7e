"""A mail that asks a donor for the number their tax attestation needs: a service mail with a link of their own."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import TokenPurpose
from crm.people.model import Person
from crm.people.rules import mailbox_on
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, RenderedEmail, Slot


def link_to(desk: Desk, request_id: int) -> str:
    """The form of one request; it says who is meant to nobody but us."""
    return f"{desk.public_url}/attestation/numero/{desk.links.sign(TokenPurpose.NATIONAL_NUMBER, request_id)}"


def send(session: Session, desk: Desk, asked: Iterable[tuple[Person, int]], *, year: int, at: datetime) -> int:
    """Owes each of those people the mail of their request; how many have a mailbox. Rendered once a language."""
    rendered: dict[Language, RenderedEmail] = {}
    owed = 0
    for person, request_id in asked:
        point, speaks = mailbox_on(person, brussels_day(at)), person.language
        if point is None:
            continue
        if speaks not in rendered:
            facts = {"year": str(year)}
            rendered[speaks] = rendering.render_letter(
                LetterKind.NUMBER, speaks, desk.organisation, public_url=desk.public_url, facts=facts
            )
        delivery.enqueue_letter(
            session,
            code=LetterKind.NUMBER.value,
            rendered=rendered[speaks],
            headers=letters.headers(desk),
            person_id=person.id,
            contact_point_id=point.id,
            address=point.value,
            address_key=point.address_key,
            occasion=f"request {request_id}",
            values={Slot.ADDRESS.value: point.value, Slot.CONFIRM_URL.value: link_to(desk, request_id)},
            now=at,
        )
        owed += 1
    return owed
