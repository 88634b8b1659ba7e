"""Single mails: what happened to one, and the ones in doubt that wait for a person's word."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.audit import service as audit
from crm.staff.model import Permission
from crm.values.identifiers import DeliveryId
from crm.web.office import delivery_words, guard, shell
from crm.web.words import N_
from mailing.delivery import service as delivery
from mailing.delivery.errors import DeliveryMissing
from mailing.rendering.fill import fill_text
from mailing.rendering.model import Slot

blueprint = Blueprint("mails", __name__, url_prefix="/office/mails")

SIZE = 100


@guard.page(blueprint, "/uncertain", permission=Permission.DELIVERIES_READ)
def uncertain() -> ResponseReturnValue:
    """Mails that the relay may or may not have taken."""
    after = request.args.get("after", type=int)
    with shell.assembly().database.reading() as session:
        found = delivery.uncertain(session, after=DeliveryId(after) if after else None, limit=SIZE + 1)
    return shell.show(
        "office/uncertain.html",
        mails=found[:SIZE],
        next_after=found[SIZE - 1].id if len(found) > SIZE else None,
        is_first=after is None,
        reasons=delivery_words.REASONS,
        shows_addresses=guard.may(Permission.SUPPORTERS_READ),
    )


@guard.page(blueprint, "/<int:delivery_id>", permission=Permission.DELIVERIES_READ)
def show(delivery_id: int) -> ResponseReturnValue:
    """The history of one mail, try by try."""
    with shell.assembly().database.reading() as session:
        found = delivery.find_delivery(session, DeliveryId(delivery_id))
        if found is None:
            raise DeliveryMissing
        events = delivery.history(session, found.id)
        body = delivery.body_of(session, found.id)
    return shell.show(
        "office/mail.html",
        mail=found,
        subject=fill_text(body.subject, {Slot.FIRST_NAME: ""}) if body else "",
        events=[
            {
                "at": event.at,
                "title": shell.say(delivery_words.EVENTS[event.kind][0]),
                "shape": delivery_words.EVENTS[event.kind][1],
                "text": shell.say(delivery_words.REASONS[event.detail])
                if event.detail in delivery_words.REASONS
                else event.detail,
            }
            for event in reversed(events)
        ],
        states=delivery_words.STATES,
        meanings=delivery_words.MEANINGS,
        reasons=delivery_words.REASONS,
        shows_addresses=guard.may(Permission.SUPPORTERS_READ),
    )


@guard.page(blueprint, "/<int:delivery_id>/accepted", permission=Permission.DELIVERIES_ACT, methods=("POST",))
def accepted(delivery_id: int) -> ResponseReturnValue:
    """A person says that it arrived."""
    _settle(delivery_id, again=False)
    return shell.back(url_for("mails.uncertain"), shell.say(N_("Marqué comme reçu. Ce mail ne repartira pas.")))


@guard.page(blueprint, "/<int:delivery_id>/again", permission=Permission.DELIVERIES_ACT, methods=("POST",))
def again(delivery_id: int) -> ResponseReturnValue:
    """A person takes it on themself that somebody may get it twice."""
    _settle(delivery_id, again=True)
    return shell.back(url_for("mails.uncertain"), shell.say(N_("Le mail repart dans un instant.")))


def _settle(delivery_id: int, *, again: bool) -> None:
    now = shell.now()
    with shell.assembly().database.transaction() as session:
        act = delivery.send_again if again else delivery.mark_accepted
        act(session, DeliveryId(delivery_id), now=now)
        audit.record(
            session,
            shell.assembly().sealer,
            at=now,
            account_id=guard.signed_in().account.id,
            action="mail.send-again" if again else "mail.mark-accepted",
            subject="delivery",
            subject_id=delivery_id,
        )
