"""Letters owed once more because the reader asked a colleague: the confirmation, or a mail they want to see again."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.consent import asking
from crm.consent import service as consent
from crm.values.email_address import EmailAddress
from mailing.correspondence import letters
from mailing.correspondence.model import Desk, Reader
from mailing.correspondence.wishes import find_reader, requests_of, shown_lines
from mailing.delivery import links
from mailing.delivery import service as delivery
from mailing.delivery.model import Delivery
from mailing.rendering.model import LetterKind, Slot


def remind(session: Session, desk: Desk, reader: Reader, *, at: datetime) -> bool:
    """Owes the confirmation letter again for what this mailbox asked and never confirmed. False where nothing waits,
    or where today's letter was owed already: one a day is the most, whoever asks.
    """
    waiting = [
        stands.asked_id
        for stands in consent.standings(session, reader.person.id)
        if stands.asked_id is not None and stands.address_key == reader.point.address_key
    ]
    wishes, speaks = requests_of(session, waiting), reader.person.language
    email = EmailAddress.kept(reader.point.value)
    if not wishes or not asking.admit(session, desk.addresses, email, at=at):
        return False
    return letters.send(
        session,
        desk,
        LetterKind.CONFIRM,
        reader,
        language=speaks,
        facts={
            "purposes": tuple(wish.purpose.name(speaks) for wish in wishes),
            "words": shown_lines(wish.notice.text for wish in wishes if wish.notice),
        },
        values={Slot.CONFIRM_URL: letters.confirm_url(desk, reader, [wish.event_id for wish in wishes])},
        at=at,
    )


def send_again(session: Session, desk: Desk, sent: Delivery, *, at: datetime) -> bool:
    """Owes a letter with a link to a mail that somebody was sent and asks to see again; one a day at most.

    It goes to the mailbox that the mail went to, while that still is theirs; else False.
    """
    if sent.person_id is None or sent.contact_point_id is None:
        return False
    reader = find_reader(session, sent.person_id, sent.contact_point_id)
    if reader is None or not reader.point.is_living:
        return False
    subject = delivery.subjects(session, [sent.mailing_id]).get(sent.mailing_id, "")
    purpose = delivery.mailing(session, sent.mailing_id).purpose
    value = [sent.recorded_person_id, sent.contact_point_id, purpose, sent.id]
    return letters.send(
        session,
        desk,
        LetterKind.AGAIN,
        reader,
        language=reader.person.language,
        facts={"purposes": (subject,)},
        values={Slot.WEB_URL: links.web_url(desk.links, desk.public_url, value)},
        at=at,
    )
