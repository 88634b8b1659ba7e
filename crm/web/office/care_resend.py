"""Sent once more, because the person asks: the confirmation they never opened, or a letter they were sent."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.consent import service as consent
from crm.people.errors import ContactPointMissing
from crm.people.model import ContactPoint, Person
from crm.staff.model import Permission
from crm.values.identifiers import DeliveryId
from crm.web.office import guard, in_place, shell, supporter_page
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Reader
from mailing.delivery import service as delivery
from mailing.delivery.errors import DeliveryMissing
from mailing.delivery.model import DeliveryState

blueprint = Blueprint("care_resend", __name__, url_prefix="/office/supporters/<int:person_id>/resend")

LATEST = 8
NOT_TODAY = N_(
    "Rien n’est parti : une lettre de ce genre lui est déjà due aujourd’hui, ou l’adresse n’est plus la sienne."
)


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_EDIT)
def index(person_id: int) -> ResponseReturnValue:
    """What can be sent once more."""
    person = find(person_id)
    with shell.assembly().database.reading() as session:
        names = supporter_page.purpose_names(session)
        waiting: dict[str, list[str]] = {}
        for stands in consent.standings(session, person.id):
            if stands.asked_id is not None:
                waiting.setdefault(stands.address_key, []).append(names[stands.purpose])
        sent = [
            mail
            for mail in delivery.deliveries_to(session, person.id, limit=LATEST)
            if mail.state is DeliveryState.ACCEPTED and delivery.mailing(session, mail.mailing_id).edition_id
        ]
        subjects = delivery.subjects(session, {mail.mailing_id for mail in sent})
    return in_place.form(
        "resend",
        shell.say(N_("Renvoyer")),
        person,
        waiting=[(point, waiting[point.address_key]) for point in person.emails if point.address_key in waiting],
        mails=[(mail, subjects.get(mail.mailing_id, "")) for mail in sent],
    )


@guard.page(blueprint, "/confirmation/<int:point_id>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def confirmation(person_id: int, point_id: int) -> ResponseReturnValue:
    """The letter by which they confirm, once more."""
    person = find(person_id)
    reader = Reader(person=person, point=_point(person, point_id))
    with shell.assembly().database.transaction() as session:
        left = correspondence.remind(session, shell.assembly().desk, reader, at=shell.now())
        if left:
            note(session, "care.resend-confirmation", person.id)
    if not left:
        return in_place.done(person.id, NOT_TODAY, kind="note")
    return in_place.done(person.id, N_("La demande de confirmation repart."))


@guard.page(blueprint, "/mail/<int:delivery_id>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def mail(person_id: int, delivery_id: int) -> ResponseReturnValue:
    """A letter with a link to what they were sent."""
    person = find(person_id)
    with shell.assembly().database.transaction() as session:
        sent = delivery.find_delivery(session, DeliveryId(delivery_id))
        if sent is None or sent.person_id != person.id:
            raise DeliveryMissing
        left = correspondence.send_again(session, shell.assembly().desk, sent, at=shell.now())
        if left:
            note(session, "care.resend-mail", person.id, {"delivery": delivery_id})
    if not left:
        return in_place.done(person.id, NOT_TODAY, kind="note")
    return in_place.done(person.id, N_("La lettre repart, avec un lien pour la lire."))


def _point(person: Person, point_id: int) -> ContactPoint:
    found = next((point for point in person.emails if point.id == point_id), None)
    if found is None:
        raise ContactPointMissing
    return found
