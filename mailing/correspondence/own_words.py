"""What somebody says of themself on the preference page, whose link may have been forwarded."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.audit import service as audit
from crm.people import correcting, differences
from crm.people.correcting import Corrected, OwnWords
from crm.people.saying import said_text
from crm.values.languages import Language
from mailing.correspondence.model import Desk, Reader

SOURCE = "preferences"


def take(
    session: Session, desk: Desk, reader: Reader, *, first_name: str, language: Language, at: datetime
) -> Corrected:
    """Takes their first name and language: another name than we hold waits for a colleague, an empty one says nothing.

    Raises `Invalid` for a name that is none.
    """
    found = correcting.correct(
        session,
        desk.addresses,
        reader.person,
        OwnWords(names={"first_name": first_name}, language=language),
        typed={"first_name": first_name},
        source=SOURCE,
        at=at,
    )
    if found.written:
        facts = {"fields": sorted(found.written)}
        audit.record(
            session, desk.sealer, at=at, account_id=None, action="supporter.own-words",
            subject="person", subject_id=reader.person.id, facts=facts,
        )  # fmt: skip
    return found


def waiting_name(session: Session, reader: Reader) -> str:
    """The first name that was said there and waits for a colleague; empty where none does."""
    waiting = differences.open_of(session, reader.person.id)
    own = (one for one in waiting if (one.field, one.source) == ("first_name", SOURCE))
    return next((said_text(one.field, one.said) for one in own), "")
