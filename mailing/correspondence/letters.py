"""The letters themselves: which one, in whose name, to which mailbox, and how often at most."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

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
) -> bool:
    """Owes the mailbox of `reader` one letter of that kind today. False where today's was owed already.

    One a Belgian day and mailbox (or one an `occasion`), whoever asks and however often: the row hangs on whom we have
    known longest at that address, so that two people who share a mailbox do not get two.
    """
    holder = next(iter(people.people_at(session, reader.point.address_key)), reader.person)
    point = holder.at(reader.point.address_key) or reader.point
    rendered = rendering.render_letter(kind, language, desk.organisation, public_url=desk.public_url, facts=facts)
    owed = delivery.enqueue_letter(
        session,
        code=kind.value,
        rendered=rendered,
        headers=headers(desk),
        person_id=holder.id,
        contact_point_id=point.id,
        address=point.value,
        address_key=point.address_key,
        occasion=occasion or brussels_day(at).isoformat(),
        values={Slot.ADDRESS.value: point.value} | {slot.value: value for slot, value in values.items()},
        now=at,
    )
    return owed is not None


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
