"""Payments online: those that wait for somebody to say whose they are, and what providers paid to the bank."""

from __future__ import annotations

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import bank_counter, payment_providers, till
from crm.banking import by_hand as bank_by_hand
from crm.banking.errors import DayToCome, LineDecided, LineMissing, LineSettles
from crm.donations import words as gift_words
from crm.donations.model import GiftKind
from crm.payments import service as payments
from crm.payments import words
from crm.payments.errors import PaymentMissing, PayoutDiffers, PayoutMissing
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.web.office import guard, person_search, shell
from crm.web.office.gifts import fund_choices
from crm.web.office.noting import note
from crm.web.office.sepa import credit_words
from crm.web.words import N_
from mailing.correspondence import paid_receipts

blueprint = Blueprint("online_payments", __name__, url_prefix="/office/online")

OFFERED = (GiftKind.ONE_OFF, GiftKind.INSTALMENT, GiftKind.MEMBERSHIP_FEE, GiftKind.SALE)
"""What a payment on the site may be, as the site can say."""
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
            kind, fund = (request.form.get(name, "") for name in ("kind", "fund"))
            paid = payments.assign(
                session,
                till(made),
                payment_id,
                person_id,
                kind=GiftKind(kind) if kind in OFFERED else None,
                fund=fund if fund in dict(fund_choices(session)) else None,
                at=shell.now(),
                by=by,
            )
            note(session, "online-payment.assign", paid.gift_id, {"payment": payment_id}, subject="gift")
            paid_receipts.send(session, made.desk, paid, at=shell.now())
    except PaymentMissing:
        return shell.back(url_for("online_payments.index"), shell.say(N_("Ce paiement n’attend plus.")), kind="note")
    except (Invalid, PersonMissing):
        return _desk(payment_id, shell.say(WRONG_WHO))
    return shell.back(url_for("online_payments.index"), shell.say(N_("Le paiement est à sa personne.")))


@guard.page(blueprint, "/payouts/<int:payout_id>/settle", permission=Permission.BANKING_ACT, methods=("POST",))
def settle(payout_id: int) -> ResponseReturnValue:
    """A credit of the bank is a payout's, though it does not name it, or is of another amount."""
    made, back = shell.assembly(), url_for("online_payments.index")
    line_id, _, seen = request.form.get("line", "").partition(" ")
    if not (line_id.isascii() and line_id.isdigit() and seen.isascii() and seen.isdigit()):
        return shell.back(back, shell.say(N_("Choisissez le crédit de la banque.")), kind="refused")
    try:
        with made.database.transaction() as session:
            bank_by_hand.settle_payout(
                session,
                bank_counter(made),
                int(line_id),
                payout_id,
                why=request.form.get("why", "").strip()[:200],
                seen=int(seen),
                by=guard.signed_in().account.id,
                at=shell.now(),
            )
            note(session, "payout.settle", payout_id, {"line": int(line_id)}, subject="payout")
    except PayoutDiffers:
        return shell.back(back, shell.say(N_("Le crédit est d’un autre montant : dites pourquoi.")), kind="refused")
    except (PayoutMissing, LineDecided, LineSettles, LineMissing, DayToCome):
        return shell.back(back, shell.say(N_("Quelqu’un vient de décider : rien n’a été fait.")), kind="refused")
    return shell.back(back, shell.say(N_("C’est noté : ce versement est à la banque.")))


def _desk(chosen: int, error: str) -> Response:
    made = shell.assembly()
    with made.database.reading() as session:
        waiting, payouts = payments.waiting(session), payments.payouts(session)
        count, cents = payments.waiting_sum(session)
        left_out, unknown = payments.left_out(session), payments.unknown_sources(session)
        funds = fund_choices(session)
        credits_ = bank_by_hand.open_credits(session, 0) if any(one.settled_on is None for one in payouts) else ()
    return shell.show(
        "office/gifts/online.html",
        status=422 if error else 200,
        waiting=waiting,
        count=count,
        cents=cents,
        payouts=payouts,
        credits=[("", shell.say(N_("Choisissez")))]
        + [(f"{one.id} {one.version}", credit_words(one)) for one in credits_],
        left_out=left_out,
        unknown=unknown,
        kinds=[(one.value, shell.say(gift_words.KINDS[one])) for one in OFFERED],
        funds=[("", shell.say(N_("Comme le site l’a dit"))), *funds] if len(funds) > 1 else [],
        gift_words=gift_words,
        is_known=bool(payment_providers(made)),
        reads_payouts=made.settings.payments.mollie.token_file is not None,
        notices=f"{made.settings.public_url}/hooks/payments/mollie",
        returns=f"{made.settings.public_url}/merci/…",
        chosen=chosen,
        typed=request.form.get("who", "")[: person_search.LONGEST],
        error=error,
        words=words,
    )
