"""The page for leaving: looking at it changes nothing, its one button does, and it says exactly what has changed.

The address is also where mail programs POST for one-click unsubscription (RFC 8058): `crm.web.hooks` owns the POST
route and hands every body that is not theirs to `page_post`.
"""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.consent import service as consent
from crm.consent.model import Purpose
from crm.foundation.signing import TokenPurpose
from crm.values.languages import Language
from crm.web.public import notices, page
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Reader

blueprint = Blueprint("unsubscribe", __name__)


@blueprint.get("/u/<token>")
def look(token: str) -> Response:
    """Which newsletter, at which (masked) address, and one button."""
    made = page.assembly()
    with made.database.reading() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purposes = consent.purposes(session)
        choices = correspondence.choices(session, reader, at=page.now()) if reader else ()
        receives = any(choice.is_on for choice in choices if reader and choice.purpose.code == reader.purpose)
    purpose = _purpose(reader, purposes)
    if reader is None or purpose is None:
        return page.lost_link()
    speaks = page.language(reader.person.language)
    return page.show(
        "unsubscribe.html",
        speaks=speaks,
        is_private=True,
        name=purpose.name(speaks),
        address=reader.masked_address,
        receives=receives,
        preferences=correspondence.preferences_url(page.desk(), reader),
    )


def page_post(token: str) -> Response:
    """The button of the page (`action=withdraw`) and of the page after it (`action=take-back`); anything else looks.

    Taking back sends a confirmation letter: whoever holds the link may have been forwarded the mail.
    """
    match request.form.get("action"):
        case "withdraw":
            return _withdraw(token)
        case "take-back":
            return _take_back(token)
    return look(token)


def _withdraw(token: str) -> Response:
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        changed = correspondence.leave(session, page.desk(), reader, at=now)
        still = [choice.purpose for choice in correspondence.choices(session, reader, at=page.now()) if choice.is_on]
    speaks = page.language(reader.person.language)
    return page.show(
        "unsubscribed.html",
        speaks=speaks,
        is_private=True,
        name=purpose.name(speaks),
        address=reader.masked_address,
        changed=changed,
        offer=_offer(purpose, speaks),
        information=notices.information(speaks, made.settings.organisation),
        still=[one.name(speaks) for one in still],
        preferences=correspondence.preferences_url(page.desk(), reader),
    )


def _take_back(token: str) -> Response:
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        speaks = page.language(reader.person.language)
        letter_left = correspondence.take_back(
            session, page.desk(), reader, text=_offer(purpose, speaks).text, language=speaks, at=now
        )
    return page.show(
        "taken_back.html",
        speaks=speaks,
        is_private=True,
        name=purpose.name(speaks),
        address=reader.masked_address,
        letter_left=letter_left,
    )


def _offer(purpose: Purpose, speaks: Language) -> notices.Offer:
    return notices.offer(purpose, speaks, page.assembly().settings.organisation)


def _purpose(reader: Reader | None, purposes: tuple[Purpose, ...]) -> Purpose | None:
    return next((one for one in purposes if reader and one.code == reader.purpose), None)
