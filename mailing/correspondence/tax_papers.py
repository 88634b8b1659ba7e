"""A mail that says where one's tax attestation waits: a service mail with a protected link, never the paper itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.signing import TokenPurpose
from crm.people.model import Person
from crm.people.rules import mailbox_on
from crm.values.calendar import brussels_day
from crm.values.identifiers import AttestationId
from crm.values.languages import Language
from mailing.correspondence import letters
from mailing.correspondence.model import Desk
from mailing.delivery import service as delivery
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, RenderedEmail, Slot

Paper = tuple[AttestationId, Person, int, bool]
"""A paper, whom it is about, its year, and whether this mail reminds of one before."""


def link_to(desk: Desk, paper: AttestationId) -> str:
    """The door of one paper; who opens it proves who they are before anything is handed over."""
    return f"{desk.public_url}/attestation/papier/{desk.links.sign(TokenPurpose.ATTESTATION, paper)}"


def send(session: Session, desk: Desk, papers: Iterable[Paper], *, at: datetime) -> list[AttestationId]:
    """Owes each the mail of their paper, once, and once more where it reminds; those who have a mailbox."""
    rendered: dict[tuple[Language, int, bool], RenderedEmail] = {}
    owed = []
    for paper, person, year, is_reminder in papers:
        point = mailbox_on(person, brussels_day(at))
        if point is None:
            continue
        key = (person.language, year, is_reminder)
        if key not in rendered:
            facts = {"year": str(year), "again": ("yes",) if is_reminder else ()}
            rendered[key] = rendering.render_letter(
                LetterKind.ATTESTATION, person.language, desk.organisation, public_url=desk.public_url, facts=facts
            )
        delivery.enqueue_letter(
            session,
            code=LetterKind.ATTESTATION.value,
            rendered=rendered[key],
            headers=letters.headers(desk),
            person_id=person.id,
            contact_point_id=point.id,
            address=point.value,
            address_key=point.address_key,
            occasion=f"paper {paper}{' again' if is_reminder else ''}",
            values={Slot.ADDRESS.value: point.value, Slot.CONFIRM_URL.value: link_to(desk, paper)},
            now=at,
        )
        owed.append(paper)
    return owed
