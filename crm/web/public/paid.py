"""Where somebody comes back to from paying: thanks, not yet, or not. Its address holds nothing of anybody."""

from __future__ import annotations

from flask import Blueprint, Response

from crm.payments import rules
from crm.payments import service as payments
from crm.web.public import page

blueprint = Blueprint("paid", __name__)


@blueprint.get("/merci/<code>")
def show(code: str) -> Response:
    """What became of the payment, by what our site put into the address; one that nobody knows is on its way."""
    if not rules.is_return_code(code):
        return page.lost_link()
    with page.assembly().database.reading() as session:
        returned = payments.returned(session, code)
    return page.show("paid.html", speaks=page.language(), is_private=True, returned=returned.value)
