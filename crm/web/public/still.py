"""« Do you still want this? »: looking changes nothing (programs open every link), a button answers."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.consent import service as consent
from crm.foundation.signing import TokenPurpose
from crm.web.public import notices, page
from mailing.correspondence import service as correspondence
from mailing.rounds import service as rounds

blueprint = Blueprint("still", __name__)


@blueprint.get("/p/<token>/encore")
def look(token: str) -> Response:
    """Which letter, in its words, and two buttons."""
    return _page(token, answer="")


@blueprint.post("/p/<token>/encore")
def reply(token: str) -> Response:
    """A yes or a no; a second time it changes nothing and says what holds."""
    return _page(token, answer=request.form.get("answer", ""))


def _page(token: str, *, answer: str) -> Response:
    made, now = page.assembly(), page.now()
    work = made.database.transaction if answer in {"yes", "no"} else made.database.reading
    with work() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        if reader is None or rounds.outcome_of(session, reader) is None:
            return page.lost_link()
        purpose = next((one for one in consent.letters(session) if one.code == reader.purpose), None)
        if purpose is None:
            return page.lost_link()
        speaks = page.language(reader.person.language)
        offer = notices.offer(purpose, speaks, made.settings.organisation)
        if answer in {"yes", "no"}:
            rounds.answer(session, made.desk, reader, is_yes=answer == "yes", text=offer.text, language=speaks, at=now)
        outcome = rounds.outcome_of(session, reader)
    return page.show(
        "still.html",
        speaks=speaks,
        is_private=True,
        offer=offer,
        information=notices.information(speaks, made.settings.organisation),
        address=reader.masked_address,
        outcome=outcome.value if outcome else "",
        preferences=correspondence.preferences_url(made.desk, reader),
    )
