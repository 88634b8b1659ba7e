"""The preference page: what one receives, in which language, under which first name."""

from __future__ import annotations

from flask import Blueprint, Response, request

from crm.consent import paces as own_paces
from crm.consent.model import NO_LETTER
from crm.consent.pace import Pace
from crm.foundation.signing import TokenPurpose
from crm.people.model import PersonKind
from crm.people.service import tidy_name
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.web.public import notices, paces, page
from crm.web.public.sign_up_form import ERRORS, LONGEST_TYPED
from mailing.correspondence import service as correspondence
from mailing.correspondence.model import Changes, Choice, Reader

blueprint = Blueprint("preferences", __name__)


@blueprint.get("/p/<token>")
def look(token: str) -> Response:
    """The choices as they stand."""
    made = page.assembly()
    with made.database.reading() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        if reader is None:
            return page.lost_link()
        choices = correspondence.choices(session, reader, at=page.now())
        pace = own_paces.pace_of(session, reader.person.id)
        waiting = correspondence.waiting_name(session, reader)
    return _show(reader, choices, pace, waiting=waiting)


@blueprint.post("/p/<token>")
def change(token: str) -> Response:
    """Off at once, on after a confirmation letter; then the same page with exactly what has changed above it."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        reader = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        if reader is None:
            return page.lost_link()
        speaks = page.language(reader.person.language)
        typed = request.form.get("first_name", reader.person.first_name)[:LONGEST_TYPED]
        ticked = frozenset(request.form.getlist("purpose"))
        wished = paces.read(request.form, own_paces.pace_of(session, reader.person.id), brussels_day(now)).pace
        try:
            first_name = tidy_name(typed, field="first_name")
        except Invalid:
            choices = correspondence.choices(session, reader, at=page.now())
            return _show(reader, choices, wished, ticked=ticked, first_name=typed, status=422)
        changes = correspondence.change(
            session,
            page.assembly().desk,
            reader,
            words=notices.chosen(notices.offers(session, speaks, made.settings.organisation), ticked),
            first_name=first_name,
            speaks=Language.best(request.form.get("language"), reader.person.language),
            page_language=speaks,
            pace=wished,
            at=now,
        )
        after = correspondence.reader_of(session, made.links.read(TokenPurpose.PREFERENCES, token))
        assert after is not None
        choices = correspondence.choices(session, after, at=now)
        pace = own_paces.pace_of(session, after.person.id)
        waiting = correspondence.waiting_name(session, after)
    return _show(after, choices, pace, changes=changes, waiting=waiting)


def _show(
    reader: Reader,
    choices: tuple[Choice, ...],
    pace: Pace,
    *,
    changes: Changes | None = None,
    ticked: frozenset[str] | None = None,
    first_name: str | None = None,
    waiting: str = "",
    status: int = 200,
) -> Response:
    organisation = page.assembly().settings.organisation
    speaks, today = page.language(reader.person.language), brussels_day(page.now())
    shown = [
        {
            "offer": notices.offer(choice.purpose, speaks, organisation),
            "is_on": choice.is_on if ticked is None else choice.purpose.code in ticked,
            "awaits": choice.awaits_confirmation,
        }
        for choice in choices
        if choice.purpose.code not in NO_LETTER
    ]
    return page.show(
        "preferences.html",
        speaks=speaks,
        status=status,
        is_private=True,
        choices=shown,
        information=notices.information(speaks, organisation),
        address=reader.masked_address,
        is_organisation=reader.person.kind is PersonKind.ORGANISATION,
        first_name=(waiting or reader.person.first_name) if first_name is None else first_name,
        waiting=waiting,
        error=page.say(speaks, ERRORS["first_name"]) if status == 422 else "",
        spoken=reader.person.language.value,
        own_names={one.value: name for one, name in page.OWN_NAMES.items()},
        paused_until=pace.rests_until(today),
        rhythm=pace.rhythm.value,
        rhythms=[(one.value, page.say(speaks, text)) for one, text in paces.RHYTHMS.items()],
        ends=paces.ends(pace, today),
        interests=correspondence.preferences_url(page.assembly().desk, reader) + "/sujets",
        changes=changes,
        stopped=[one.name(speaks) for one in changes.stopped] if changes else [],
        asked=[one.name(speaks) for one in changes.asked] if changes else [],
    )
