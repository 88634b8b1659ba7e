"""Leaving for one letter and address, for all addresses, for everything; or only for a while, or less often."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import paces, stopping
from crm.consent import service as consent
from crm.consent.model import Channel, Way
from crm.consent.pace import Rhythm
from crm.consent.policy import EVERYWHERE
from mailing.correspondence.model import Desk, Reader


def leave(session: Session, desk: Desk, reader: Reader, *, at: datetime) -> bool:
    """Takes the reader off the purpose their link speaks of, at that address. True if that changed anything."""
    return _withdraw(session, desk, reader, (reader.purpose, reader.point.address_key), at=at)


def leave_everywhere(session: Session, desk: Desk, reader: Reader, *, at: datetime) -> bool:
    """Takes the reader off the purpose of their link at each of their e-mail addresses, known or to come.

    True if that changed anything. Only a confirmation of their own, given later, opens one of them again.
    """
    return _leave(session, desk, reader, {reader.purpose}, at)


def leave_everything(session: Session, desk: Desk, reader: Reader, *, at: datetime) -> bool:
    """Takes the reader off every purpose at each of their e-mail addresses. True if that changed anything."""
    every = {purpose.code for purpose in consent.letters(session)}
    return _leave(session, desk, reader, every, at)


def _leave(session: Session, desk: Desk, reader: Reader, purposes: set[str], at: datetime) -> bool:
    places = {(purpose, EVERYWHERE) for purpose in purposes}
    places |= {
        (stands.purpose, stands.address_key)
        for stands in consent.standings(session, reader.person.id)
        if stands.purpose in purposes and stands.channel is Channel.EMAIL and stopping.is_open(stands)
    }
    changed = [_withdraw(session, desk, reader, place, at=at) for place in sorted(places)]
    return any(changed)


def _withdraw(session: Session, desk: Desk, reader: Reader, place: tuple[str, str], *, at: datetime) -> bool:
    purpose, address_key = place
    return consent.withdraw(
        session,
        desk.sealer,
        person_id=reader.person.id,
        purpose=purpose,
        address_key=address_key,
        way=Way.UNSUBSCRIBE_PAGE,
        at=at,
        evidence=evidence_of(reader),
    )


def declare_pace(
    session: Session,
    desk: Desk,
    reader: Reader,
    *,
    pause_until_on: date | None,
    rhythm: Rhythm,
    way: Way,
    at: datetime,
) -> bool:
    """A pause, or letters less often: for all letters to this reader by e-mail. True if that changed anything.

    Done at once, like every wish for less. Raises `Invalid` for a pause of more than a year.
    """
    return paces.declare(
        session,
        desk.sealer,
        person_id=reader.person.id,
        pause_until_on=pause_until_on,
        rhythm=rhythm,
        way=way,
        at=at,
        evidence=evidence_of(reader),
    )


def evidence_of(reader: Reader) -> dict[str, Any]:
    """What the ledger keeps of where the reader came from: the mail, never its link."""
    return {} if reader.delivery_id is None else {"delivery": int(reader.delivery_id)}
