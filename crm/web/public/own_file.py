"""What we hold of somebody as one file for programs (GDPR art. 20): details, choices and their words, mails, deeds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy.orm import Session

from crm.actions import service as actions
from crm.consent import interests, paces
from crm.consent import service as consent
from crm.contracts.own_space import OwnLook, OwnSource
from crm.people import contacts
from crm.people.model import Person
from crm.values.calendar import brussels_day
from mailing.delivery import service as delivery

MOST = 2000


def own_file(session: Session, person: Person, look: OwnLook, sources: tuple[OwnSource, ...]) -> Mapping[str, Any]:
    """The file, of JSON's own kinds; instants in UTC. A fixed number of queries."""
    notices = consent.notices(
        session, [one.notice_id for one in consent.history(session, person.id) if one.notice_id is not None]
    )
    pace = paces.pace_of(session, person.id)
    mails = delivery.deliveries_to(session, person.id, limit=MOST)
    subjects = delivery.subjects(session, {one.mailing_id for one in mails})
    return {
        "format": "portevoix/1",
        "made_at": look.now.isoformat(),
        "person": {
            "number": int(person.id),
            "member_number": person.member_number,
            "first_name": person.first_name,
            "last_name": person.last_name,
            "title": person.title.value,
            "organisation": person.organisation_name,
            "language": person.language.value,
            "born_on": person.birth_on.isoformat() if person.birth_on else None,
            "known_since": person.created_at.isoformat(),
            "source": person.source,
        },
        "reach": [
            {
                "kind": point.kind.value,
                "value": point.value,
            }
            for point in person.contact_points
        ],
        "addresses": [
            {
                name: getattr(one.address, name)
                for name in ("street", "number", "box", "complement", "postcode", "locality", "country")
            }
            | {"since": one.created_at.isoformat(), "ended": one.ended_at is not None}
            for one in contacts.addresses_of(session, [person.id])[person.id]
        ],
        "choices": [
            {
                "purpose": one.purpose,
                "channel": one.channel.value,
                "act": one.act.value,
                "way": one.way.value,
                "legal_basis": one.legal_basis.value,
                "at": one.occurred_at.isoformat(),
                "words": notices[one.notice_id].text if one.notice_id in notices else None,
            }
            for one in consent.history(session, person.id)
        ],
        "pace": {
            "rhythm": pace.rhythm.value,
            "paused_until": until.isoformat() if (until := pace.rests_until(brussels_day(look.now))) else None,
        },
        "interests": [{"kind": one.kind.value, "code": one.code} for one in interests.interests_of(session, person.id)],
        "mails": [
            {
                "to": one.address,
                "left_at": one.settled_at.isoformat() if one.settled_at else None,
                "subject": subjects.get(one.mailing_id, ""),
                "state": one.state.value,
            }
            for one in mails
        ],
        "actions": [
            {"call": int(one.call_id), "at": one.at.isoformat(), "source": one.source, "comment": one.comment}
            for one in actions.of_person(session, person.id, size=MOST)
        ],
    } | {source.key: source.file(session, look) for source in sources}
