"""The page for leaving: looking at it changes nothing, its buttons do, and it says exactly what has changed.

The address is also where mail programs POST for one-click unsubscription (RFC 8058): `crm.web.hooks` owns the POST
route and hands every body that is not theirs to `page_post`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from crm.consent import paces as own_paces
from crm.consent import service as consent
from crm.consent.model import NO_LETTER, Purpose, Way
from crm.consent.pace import Pace, Rhythm
from crm.foundation.signing import TokenPurpose
from crm.values.calendar import brussels_day
from crm.values.languages import Language
from crm.web.public import notices, paces, page
from mailing.correspondence import receipts
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Desk, Reader

blueprint = Blueprint("unsubscribe", __name__)

Leaving = Callable[..., bool]
LEAVING: dict[str, Leaving] = {
    "withdraw": correspondence.leave,
    "withdraw-everywhere": correspondence.leave_everywhere,
    "withdraw-everything": correspondence.leave_everything,
}
"""What each button for leaving does."""


@blueprint.get("/u/<token>")
def look(token: str) -> Response:
    """Which newsletter, at which (masked) address; a button to leave, and what one may prefer to leaving."""
    made, now = page.assembly(), page.now()
    with made.database.reading() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        receives = any(one.code == purpose.code for one in _still(session, reader, now))
        pace = own_paces.pace_of(session, reader.person.id)
    speaks, today = page.language(reader.person.language), brussels_day(now)
    return page.show(
        "unsubscribe.html",
        speaks=speaks,
        is_private=True,
        name=purpose.name(speaks),
        address=reader.masked_address,
        receives=receives,
        paused_until=pace.rests_until(today),
        rhythm=pace.rhythm.value,
        rhythms=_rhythms(speaks),
        ends=paces.ends(pace, today),
        preferences=correspondence.preferences_url(page.assembly().desk, reader),
    )


def page_post(token: str) -> Response:
    """A button of the page or of the one after it, by its `action`; anything else looks.

    Taking back sends a confirmation letter: whoever holds the link may have been forwarded the mail.
    """
    action = request.form.get("action", "")
    if action in LEAVING:
        return _leave(token, action)
    match action:
        case "take-back":
            return _take_back(token)
        case "pace":
            return _pace(token)
    return look(token)


def _leave(token: str, action: str) -> Response:
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        before = _still(session, reader, now)
        changed = LEAVING[action](session, made.desk, reader, at=now)
        still = _still(session, reader, now)
        speaks, goodbye = page.language(reader.person.language), False
        if changed:
            left = [one for one in before if one not in still] or [purpose]
            goodbye = receipts.say_goodbye(session, made.desk, reader, left=left, kept=still, language=speaks, at=now)
    return page.show(
        "unsubscribed.html",
        speaks=speaks,
        is_private=True,
        scope=action,
        name=purpose.name(speaks),
        address=reader.masked_address,
        changed=changed,
        goodbye=goodbye,
        offer=_offer(purpose, speaks),
        information=notices.information(speaks, made.settings.organisation),
        still=[one.name(speaks) for one in still],
        preferences=correspondence.preferences_url(page.assembly().desk, reader),
    )


def _pace(token: str) -> Response:
    """A pause or a rhythm, at once; `rhythm` and `until` say which, an empty `until` ends a pause."""
    made, now = page.assembly(), page.now()
    today = brussels_day(now)
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        wished = paces.read(request.form, own_paces.pace_of(session, reader.person.id), today)
        changed = _declare(session, page.assembly().desk, reader, wished.pace, now)
        pace = own_paces.pace_of(session, reader.person.id)
        next_on = own_paces.next_letter_of(session, reader.person.id, now)
        still = _still(session, reader, now)
        speaks = page.language(reader.person.language)
        if changed:
            said = receipts.paced(pace.rests_until(today), pace.rhythm, speaks)
            receipts.send(session, made.desk, reader, said=said, language=speaks, at=now)
    if not wished.is_clear:
        return look(token)
    return page.show(
        "paced.html",
        speaks=speaks,
        is_private=True,
        changed=changed,
        paused_until=pace.rests_until(today),
        rhythm=pace.rhythm.value,
        every_letter=Rhythm.EVERY_LETTER.value,
        next_on=next_on,
        still=[one.name(speaks) for one in still],
        preferences=correspondence.preferences_url(page.assembly().desk, reader),
    )


def _declare(session: Session, desk: Desk, reader: Reader, pace: Pace, now: datetime) -> bool:
    wanted: dict[str, Any] = {"pause_until_on": pace.pause_until_on, "rhythm": pace.rhythm}
    return correspondence.declare_pace(session, desk, reader, **wanted, way=Way.UNSUBSCRIBE_PAGE, at=now)


def _still(session: Session, reader: Reader, now: datetime) -> list[Purpose]:
    """What the reader receives at this address, a pause of their own set aside."""
    choices = correspondence.choices(session, reader, at=now)
    return [choice.purpose for choice in choices if choice.is_on and choice.purpose.code not in NO_LETTER]


def _rhythms(speaks: Language) -> list[tuple[str, str]]:
    return [(one.value, page.say(speaks, text)) for one, text in paces.RHYTHMS.items()]


def _take_back(token: str) -> Response:
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.UNSUBSCRIBE, token))
        purpose = _purpose(reader, consent.purposes(session))
        if reader is None or purpose is None:
            return page.lost_link()
        speaks = page.language(reader.person.language)
        letter_left = correspondence.take_back(
            session, page.assembly().desk, reader, text=_offer(purpose, speaks).text, language=speaks, at=now
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
