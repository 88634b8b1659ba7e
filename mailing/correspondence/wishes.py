"""Whom a link speaks of, the wishes behind numbers of the ledger, and their words as lines of a letter."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.people import service as people
from crm.values.identifiers import ContactPointId, PersonId
from mailing.correspondence.model import Reader, Request


def find_reader(session: Session, person_id: int, point_id: int) -> Reader | None:
    """That person, as they are today, at that contact point; None where it never was theirs."""
    person = people.find_survivor(session, PersonId(person_id))
    point = people.find_contact_point(session, ContactPointId(point_id))
    if person is None or point is None or point.person_id not in {person.id, person_id}:
        return None
    return Reader(person=person, point=point)


def holder_of(session: Session, point_id: int) -> Reader | None:
    """Whoever has that contact point today: the two who were one when a mail left may be two again."""
    point = people.find_contact_point(session, ContactPointId(point_id))
    person = None if point is None else people.find_survivor(session, point.person_id)
    return None if point is None or person is None else Reader(person=person, point=point)


def requests_of(session: Session, event_ids: Collection[int]) -> tuple[Request, ...]:
    """The wishes that those events wrote down, in the words shown."""
    events = [event for event_id in event_ids if (event := consent.find_event(session, event_id))]
    notices = consent.notices(session, [event.notice_id for event in events if event.notice_id is not None])
    known = {purpose.code: purpose for purpose in consent.purposes(session)}
    return tuple(
        Request(
            event_id=event.id,
            purpose=known[event.purpose],
            notice=None if event.notice_id is None else notices.get(event.notice_id),
        )
        for event in events
    )


def shown_lines(texts: Iterable[str]) -> tuple[str, ...]:
    """The texts as lines of a letter, in their own words: what each promises, then what is common to all, once."""
    promises, common = [], []
    for text in texts:
        lines = text.splitlines()
        promises.append(" — ".join(lines[:2]))
        common += [line for line in lines[2:] if line not in common]
    return (*promises, *common)
