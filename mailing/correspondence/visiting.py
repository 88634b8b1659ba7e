"""The link to somebody's own space, mailed to the mailbox that asked for it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.people.model import Person
from crm.values.email_address import EmailAddress
from crm.visits import service as visits
from mailing.correspondence import letters
from mailing.correspondence.model import Desk, Reader
from mailing.rendering.model import LetterKind, Slot


def living_at(session: Session, address_key: str) -> tuple[Person, ...]:
    """Those who may visit from that mailbox: it is theirs and works, and they live."""
    return tuple(
        person
        for person in people.people_at(session, address_key)
        if not person.is_deceased and (point := person.at(address_key)) is not None and point.is_living
    )


def send_link(session: Session, desk: Desk, email: EmailAddress, *, at: datetime) -> bool:
    """Owes a known mailbox a link, five a day at most. False where nothing is owed; whoever asks is told the same."""
    address_key = desk.addresses.key_of(email.normal)
    several = living_at(session, address_key)
    if not several:
        return False
    point = several[0].at(address_key)
    link = visits.ask(session, address_key, at=at)
    if link is None or point is None:
        return False
    return letters.send(
        session,
        desk,
        LetterKind.VISIT,
        Reader(person=several[0], point=point),
        language=several[0].language,
        facts={},
        values={Slot.CONFIRM_URL: f"{desk.public_url}/mon-espace/{desk.links.sign(TokenPurpose.VISIT, link.id)}"},
        at=at,
        occasion=f"link {link.id}",
    )
