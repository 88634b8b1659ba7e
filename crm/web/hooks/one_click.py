"""The POST of mail programs for one-click unsubscription (RFC 8058), on the address of the page for leaving.

No cookie, no form token, no redirect: the token in the address is the whole proof. The answer is the same whatever the
token is worth, so that nobody learns anything from it; a failure of ours is a 503, so that the program tries again.
"""

from __future__ import annotations

import logging

from flask import Blueprint, Response, current_app, request
from sqlalchemy.exc import SQLAlchemyError

from crm.assembly import Assembly
from crm.foundation.signing import TokenPurpose
from crm.web.public import unsubscribe as page
from mailing.correspondence import service as correspondence
from mailing.feedback import service as feedback

log = logging.getLogger("portevoix.unsubscribe")
blueprint = Blueprint("one_click", __name__)

FIELD = "List-Unsubscribe"


@blueprint.post("/u/<token>")
def post(token: str) -> Response:
    """A mail program's one click, or the button of the page."""
    if FIELD not in request.form:
        return page.page_post(token)
    if request.form.getlist(FIELD) != ["One-Click"] or len(request.form) != 1:
        return _said("List-Unsubscribe=One-Click expected", 400)
    made: Assembly = current_app.extensions["portevoix"]
    try:
        with made.database.transaction() as session:
            value, now = made.links.read(TokenPurpose.UNSUBSCRIBE, token), made.clock()
            changed = feedback.one_click(session, made.sealer, value, now)
        if changed:
            # Apart: whatever keeps us from writing the acknowledgement, they have left.
            with made.database.transaction() as session:
                correspondence.acknowledge_leaving(session, made.desk, value, at=now)
    except SQLAlchemyError:
        log.exception("a one-click unsubscription could not be written down")
        return _said("try again later", 503)
    return _said("unsubscribed", 200)


def _said(words: str, status: int) -> Response:
    response = Response(words + "\n", status, content_type="text/plain; charset=utf-8")
    response.headers["Cache-Control"] = "no-store"
    if status == 503:
        response.headers["Retry-After"] = "300"
    return response
