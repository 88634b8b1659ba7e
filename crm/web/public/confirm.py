"""The confirmation page: looking at it changes nothing (mail programs open every link), its button confirms."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.consent import paces
from crm.foundation.signing import TokenPurpose
from crm.values.calendar import brussels_day
from crm.web.public import page
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import LinkState

blueprint = Blueprint("confirm", __name__)


@blueprint.get("/c/<token>")
def look(token: str) -> Response:
    """What the link would confirm, in the words shown when it was asked, and one button."""
    made = page.assembly()
    value = made.links.read(TokenPurpose.CONFIRM, token)
    with made.database.reading() as session:
        opened = correspondence.open_link(session, value)
    if opened is None:
        return page.lost_link()
    speaks = page.language(opened.reader.person.language)
    return page.show(
        "confirm.html", speaks=speaks, is_private=True, opened=opened, purpose_name=lambda one: one.name(speaks)
    )


@blueprint.post("/c/<token>")
def confirm(token: str) -> Response:
    """Records the consent. A second time, or after a withdrawal, it changes nothing and says so."""
    made = page.assembly()
    value = made.links.read(TokenPurpose.CONFIRM, token)
    also = {int(one) for one in request.form.getlist("also") if one.isascii() and one.isdigit() and len(one) < 19}
    with made.database.transaction() as session:
        opened = correspondence.open_link(session, value)
        if opened is None:
            return page.lost_link()
        speaks = page.language(opened.reader.person.language)
        now = page.now()
        new = correspondence.confirm(session, made.desk, value, also=also, language=speaks, at=now) or ()
        pace = paces.pace_of(session, opened.reader.person.id)
    if not new and opened.state is LinkState.OVERTAKEN:
        return page.show(
            "confirm.html", speaks=speaks, is_private=True, opened=opened, purpose_name=lambda one: one.name(speaks)
        )
    names = [one.name(speaks) for one in new] or [wish.purpose.name(speaks) for wish in opened.wishes]
    return page.show(
        "confirmed.html",
        speaks=speaks,
        is_private=True,
        names=names,
        is_new=bool(new),
        address=opened.reader.masked_address,
        preferences=correspondence.preferences_url(made.desk, opened.reader),
        paused_until=pace.rests_until(brussels_day(now)),
    )
