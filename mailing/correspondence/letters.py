"""The letters themselves: which one, in whose name, to which mailbox, and how often at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from crm.consent import gate
from crm.consent.model import SERVICE, Refusal
from crm.foundation.signing import TokenPurpose
from crm.people import service as people
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from mailing.correspondence.model import Desk, Reader
from mailing.delivery import service as delivery
from mailing.delivery.model import Headers
from mailing.rendering import service as rendering
from mailing.rendering.model import LetterKind, Slot


def send(
    session: Session,
    desk: Desk,
    kind: LetterKind,
    reader: Reader,
    *,
    language: Language,
    facts: Mapping[str, Any],
    values: Mapping[Slot, str],
    at: datetime,
    occasion: str = "",
    nth: int = 1,
) -> bool:
    """Owes the mailbox of `reader` one letter of that kind today. False where today's was owed already.

    One a Belgian day and mailbox, whoever asks and however often (or the `nth` of that day): the row hangs on whom we
    have known longest of those at that address who may be written to, so that two people who share a mailbox do not
    get two, and nobody waits behind somebody who died. A letter of an `occasion` of its own is the reader's alone.
    """
    holder = reader if occasion else _holder(session, reader, at)
    day = brussels_day(at).isoformat()
    rendered = rendering.render_letter(kind, language, desk.organisation, public_url=desk.public_url, facts=facts)
    owed = delivery.enqueue_letter(
        session,
        code=kind.value,
        rendered=rendered,
        headers=headers(desk),
        person_id=holder.person.id,
        contact_point_id=holder.point.id,
        address=holder.point.value,
        address_key=holder.point.address_key,
        occasion=occasion or (f"{day} {nth}" if nth > 1 else day),
        values={Slot.ADDRESS.value: holder.point.value} | {slot.value: value for slot, value in values.items()},
        now=at,
    )
    return owed is not None


def _holder(session: Session, reader: Reader, at: datetime) -> Reader:
    """On whom a letter to that mailbox hangs."""
    key = reader.point.address_key
    for person in people.people_at(session, key):
        point = person.at(key)
        allowed = gate.verdict(session, person_id=person.id, purpose=SERVICE, address_key=key, at=at)
        if point is not None and allowed.refusal is not Refusal.DECEASED:
            return Reader(person=person, point=point)
    return reader


def headers(desk: Desk) -> Headers:
    """A letter comes from the organisation, is answered by people, and says that a program wrote it (RFC 3834)."""
    return Headers(
        from_name=desk.organisation.name,
        from_address=f"{desk.organisation.email.partition('@')[0]}@{desk.mail.sender_domain}",
        reply_to=desk.organisation.email,
        feedback_id=desk.mail.feedback_id,
        auto_submitted=True,
    )


def confirm_url(desk: Desk, reader: Reader, request_ids: list[int]) -> str:
    """The page that confirms exactly these requests, and no other."""
    value = [reader.person.id, reader.point.id, request_ids]
    return f"{desk.public_url}/c/{desk.links.sign(TokenPurpose.CONFIRM, value)}"


def preferences_url(desk: Desk, reader: Reader) -> str:
    """The page of what this reader receives."""
    value = [reader.person.id, reader.point.id, reader.purpose, reader.delivery_id]
    return f"{desk.public_url}/p/{desk.links.sign(TokenPurpose.PREFERENCES, value)}"
