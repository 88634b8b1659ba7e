"""A mail that thanks somebody for their gifts: a service mail, one a set of gifts, which asks for nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from crm.people.model import Person
from crm.people.rules import mailbox_on
from crm.values.calendar import brussels_day
from mailing.correspondence import letters
from mailing.correspondence.model import Desk, Reader
from mailing.rendering.model import LetterKind


def send(
    session: Session,
    desk: Desk,
    person: Person,
    *,
    given: Sequence[str],
    is_first: bool,
    occasion: str,
    at: datetime,
) -> bool:
    """Owes the mail; False where they have no mailbox, or it was owed already for that `occasion`."""
    point = mailbox_on(person, brussels_day(at))
    if point is None:
        return False
    return letters.send(
        session,
        desk,
        LetterKind.THANKS,
        Reader(person=person, point=point),
        language=person.language,
        facts={"given": tuple(given), "first": ("yes",) if is_first else ()},
        values={},
        at=at,
        occasion=occasion,
    )
