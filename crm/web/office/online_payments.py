"""Payments online: those that wait for somebody to say whose they are, and what providers paid to the bank."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import payment_providers, till
from crm.payments import service as payments
from crm.payments import words
from crm.payments.errors import PaymentMissing
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.web.office import guard, person_search, shell
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("online_payments", __name__, url_prefix="/office/online")

WRONG_WHO = N_("Choisissez une personne dans la liste, ou écrivez son numéro.")


@guard.page(blueprint, "", permission=Permission.BANKING_READ)
def index() -> ResponseReturnValue:
    """What waits, and the transfers of providers beside the bank's credits."""
    return _desk(request.args.get("payment", 0, type=int), "")


@guard.page(blueprint, "/<int:payment_id>/assign", permission=Permission.BANKING_ACT, methods=("POST",))
def assign(payment_id: int) -> ResponseReturnValue:
    """The payment is of whom was searched for."""
    made = shell.assembly()
    try:
        with made.database.transaction() as session:
            person_id, by = person_search.chosen(session), guard.signed_in().account.id
            gift = payments.assign(session, till(made), payment_id, person_id, at=shell.now(), by=by)
            note(session, "online-payment.assign", gift.id, {"payment": payment_id}, subject="gift")
    except PaymentMissing:
        return shell.back(url_for("online_payments.index"), shell.say(N_("Ce paiement n’attend plus.")), kind="note")
    except (Invalid, PersonMissing):
        return _desk(payment_id, shell.say(WRONG_WHO))
    return shell.back(url_for("online_payments.index"), shell.say(N_("Le paiement est à sa personne.")))


def _desk(chosen: int, error: str) -> Response:
    made = shell.assembly()
    with made.database.reading() as session:
        waiting, payouts = payments.waiting(session), payments.payouts(session)
        count, cents = payments.waiting_sum(session)
        left_out = payments.left_out(session)
    return shell.show(
        "office/gifts/online.html",
        status=422 if error else 200,
        waiting=waiting,
        count=count,
        cents=cents,
        payouts=payouts,
        left_out=left_out,
        is_known=bool(payment_providers(made)),
        reads_payouts=made.settings.payments.mollie.token_file is not None,
        notices=f"{made.settings.public_url}/hooks/payments/mollie",
        returns=f"{made.settings.public_url}/merci/…",
        chosen=chosen,
        typed=request.form.get("who", "")[: person_search.LONGEST],
        error=error,
        words=words,
    )
