"""Editions in the browser: the reader's own from their mail, and the archive, which speaks to nobody in particular."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from flask import Blueprint, Response, make_response
from sqlalchemy.orm import Session

from crm.foundation.signing import TokenPurpose
from crm.values.calendar import brussels_day
from crm.values.identifiers import EditionId
from crm.web import security_headers
from crm.web.public import page
from mailing.composition import service as composition
from mailing.composition.model import EditionState
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Reader
from mailing.delivery import links
from mailing.delivery import service as delivery
from mailing.delivery.model import Body, MailingKind
from mailing.rendering import service as rendering
from mailing.rendering.fill import fill_html
from mailing.rendering.model import Slot

blueprint = Blueprint("archive", __name__)

OUT = frozenset({EditionState.SENDING, EditionState.PAUSED, EditionState.SENT})
"""An edition of which mails have left is public; the others are nobody's business yet."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """One line of the archive."""

    id: EditionId
    subject: str
    newsletter: str
    language: str
    sent_on: date


def sent_editions(session: Session, *, limit: int) -> tuple[Listed, ...]:
    """The latest editions that left, newest first."""
    series = {one.id: one for one in composition.newsletters(session)}
    return tuple(
        Listed(
            id=edition.id,
            subject=rendering.public_subject(edition, series[edition.newsletter_id]),
            newsletter=series[edition.newsletter_id].name,
            language=series[edition.newsletter_id].language.value,
            sent_on=brussels_day(edition.due_at),
        )
        for edition in composition.editions(session, states=OUT, limit=limit)
    )


@blueprint.get("/archives")
def archive() -> Response:
    """The last hundred editions."""
    with page.assembly().database.reading() as session:
        editions = sent_editions(session, limit=100)
    return page.show("archives.html", speaks=page.language(), editions=editions)


@blueprint.get("/archives/<int:number>")
def edition(number: int) -> Response:
    """One edition as anybody may read it: no first name, and its links lead to pages that are open to all."""
    made = page.assembly()
    with made.database.reading() as session:
        found = _public_body(session, EditionId(number)) if number < 2**63 else None
    if found is None:
        return page.lost_link()
    public = made.settings.public_url
    values = {
        Slot.FIRST_NAME: "",
        Slot.ADDRESS: "…",
        Slot.UNSUBSCRIBE_URL: f"{public}/inscription",
        Slot.PREFERENCES_URL: f"{public}/inscription",
        Slot.WEB_URL: f"{public}/archives/{number}",
        Slot.SOURCE_CODE: "",
    }
    return _as_mail(found, values)


@blueprint.get("/w/<token>")
def own(token: str) -> Response:
    """The very edition a reader was sent, with their own links; their address is masked, since links travel."""
    made = page.assembly()
    with made.database.reading() as session:
        value = made.links.read(TokenPurpose.WEB_VERSION, token)
        reader = correspondence.reader_of(session, value)
        body, code = _sent_to(session, reader) if reader else (None, "")
    if reader is None or body is None:
        return page.lost_link()
    public = made.settings.public_url
    values = {
        Slot.FIRST_NAME: reader.person.first_name,
        Slot.ADDRESS: reader.masked_address,
        Slot.UNSUBSCRIBE_URL: links.unsubscribe_url(made.links, public, value),
        Slot.PREFERENCES_URL: links.preferences_url(made.links, public, value),
        Slot.WEB_URL: links.web_url(made.links, public, value),
        Slot.SOURCE_CODE: code,
    }
    response = _as_mail(body, values)
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _sent_to(session: Session, reader: Reader) -> tuple[Body | None, str]:
    """What they were sent, and the code of the appeal it went out for."""
    sent = None if reader.delivery_id is None else delivery.find_delivery(session, reader.delivery_id)
    if sent is None or delivery.mailing(session, sent.mailing_id).kind is not MailingKind.EDITION:
        return None, ""
    return delivery.body_of(session, sent.id), sent.values.get(Slot.SOURCE_CODE, "")


def _public_body(session: Session, edition_id: EditionId) -> Body | None:
    mailing = delivery.find_mailing(session, edition_id=edition_id)
    if mailing is None or composition.edition(session, edition_id).state not in OUT:
        return None
    return delivery.common_body(session, mailing.id)


def _as_mail(body: Body, values: dict[Slot, str]) -> Response:
    response = make_response(fill_html(body.html, values))
    response.content_type = "text/html; charset=utf-8"
    response.headers["Content-Language"] = body.language.value
    return security_headers.as_mail(response, page.assembly().settings)
