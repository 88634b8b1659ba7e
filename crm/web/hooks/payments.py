"""Notices of payment providers: which payment changed. The truth is fetched from them, then booked, once.

The answer is the same whatever a notice is worth, and what is unknown or forged leaves no trace: nothing is stored,
nothing is logged. Only where we could not look does the provider hear 503, and comes again.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from crm.assembly import Assembly, payment_providers, till
from crm.donations.errors import SaidOtherwise
from crm.partners import service as partners
from crm.partners.model import Limit
from crm.payments import service as payments
from crm.payments.model import LeftOut
from crm.values.errors import Unavailable
from crm.web.even_pace import even_pace
from mailing.correspondence import paid_receipts

log = logging.getLogger("portevoix.payments")
blueprint = Blueprint("payment_notices", __name__)

LARGEST = 64 * 1024
MOST_PER_MINUTE = 600
"""Notices of one provider, from wherever they come: each makes us ask it one question."""


@blueprint.post("/hooks/payments/<provider>")
def take(provider: str) -> Response:
    """A payment changed at its provider."""
    request.max_content_length = LARGEST
    with even_pace():
        return _taken(provider)


def _taken(provider: str) -> Response:
    made: Assembly = current_app.extensions["portevoix"]
    house = payment_providers(made).get(provider)
    if house is None:
        return _said(200)
    is_form = request.mimetype == "application/x-www-form-urlencoded"
    signatures = request.headers.getlist("X-Mollie-Signature")
    reference = house.named(request.get_data(), is_form=is_form, signatures=signatures)
    if reference is None:
        return _said(200)
    now = made.clock()
    try:
        with made.database.transaction() as session:
            limit = Limit(name=f"notices of {house.name}", per_minute=MOST_PER_MINUTE)
            is_in = partners.admit(session, [limit], at=now).is_in
        told = house.payment(reference) if is_in else None
        if isinstance(told, LeftOut):
            with made.database.transaction() as session:
                payments.leave_out(session, house.name, told, at=now)
        elif told is not None:
            with made.database.transaction() as session:
                taken = payments.take(session, till(made), house.name, told, at=now)
                if taken.is_new_gift:
                    paid_receipts.send(session, made.desk, taken.payment, at=now)
    except SaidOtherwise:
        log.error("a provider tells another amount of payment %s", reference)  # noqa: TRY400 - no trace is needed
        return _said(200)
    except (Unavailable, SQLAlchemyError):
        log.warning("a notice of %s could not be followed: it will come again", house.name)
        return _said(503)
    return _said(200 if is_in else 503)


def _said(status: int) -> Response:
    response = Response("", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "300"
    return response
