"""The receipt of a payment online: a service mail, one a payment, which asks for nothing."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from crm.donations import service as donations
from crm.foundation.templating import environment
from crm.payments.model import OnlinePayment
from crm.people import service as people
from crm.people.rules import mailbox_on
from crm.values.calendar import brussels_day
from mailing.correspondence import letters
from mailing.correspondence.model import Desk, Reader
from mailing.rendering.model import LetterKind


def send(session: Session, desk: Desk, payment: OnlinePayment, *, at: datetime) -> bool:
    """Owes the mail that says what arrived and when; False for trials, and where it was owed, or reaches nobody."""
    if payment.gift_id is None or payment.is_test:
        return False
    gift = donations.gift(session, payment.gift_id)
    person = people.find_survivor(session, gift.person_id)
    point = None if person is None or person.is_deceased else mailbox_on(person, brussels_day(at))
    if person is None or point is None:
        return False
    filters = environment(person.language).filters
    return letters.send(
        session,
        desk,
        LetterKind.PAYMENT,
        Reader(person=person, point=point),
        language=person.language,
        facts={"amount": filters["money"](gift.cents), "on": filters["day"](gift.given_on, "plain")},
        values={},
        at=at,
        occasion=f"payment {payment.id}",
    )
