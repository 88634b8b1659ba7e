"""How somebody gets the magazine, chosen by themselves in their own space."""

from __future__ import annotations

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from crm.magazine import service as magazine
from crm.magazine.errors import RuleWrong
from crm.magazine.model import Format
from crm.magazine.own_space import OWN, PATH
from crm.people.model import Person
from crm.privacy.rules import months_later
from crm.values.calendar import brussels_day
from crm.web.public import page, space_door
from crm.web.words import N_

blueprint = Blueprint("magazine_public", __name__)

PAUSES = {"": N_("Pas de pause"), "3": N_("Trois mois"), "6": N_("Six mois"), "12": N_("Un an")}
KEEP = "keep"


@blueprint.get(PATH)
def look() -> Response:
    """The choice as it stands."""
    with page.assembly().database.reading() as session:
        person = space_door.visitor(session)
        return space_door.ask_page(is_over=True) if person is None else _show(session, person)


@blueprint.post(PATH)
def choose() -> Response:
    """Writes the choice; the page says exactly what has changed."""
    made, now = page.assembly(), page.now()
    with made.database.transaction() as session:
        visit = space_door.visit_here(session)
        person = space_door.visitor(session)
        if visit is None or person is None or not space_door.is_our_form(visit):
            return space_door.ask_page(is_over=True)
        today = brussels_day(now)
        wanted, pause = request.form.get("format", ""), request.form.get("pause", "")
        if wanted not in set(Format) or pause not in {*PAUSES, KEEP}:
            return _show(session, person, status=422)
        keeps = pause == KEEP
        until = months_later(today, int(pause)) if pause and not keeps else None
        try:
            magazine.choose(
                session,
                made.sealer,
                person.id,
                format=Format(wanted),
                paused_until_on=until,
                keeps_pause=keeps,
                today=today,
                at=now,
            )
        except RuleWrong:
            return _show(session, person, status=422)
        return _show(session, person, done=True)


def _show(session: Session, person: Person, *, done: bool = False, status: int = 200) -> Response:
    speaks, today = page.language(person.language), brussels_day(page.now())
    visit, publication = space_door.visit_here(session), magazine.publication(session)
    if visit is None or publication is None:
        return page.lost_link()
    said = magazine.subscription(session, person.id)
    is_held = said.paused_from_on is not None and (said.paused_until_on is None or said.paused_until_on >= today)
    return page.show(
        "space/magazine.html",
        speaks=speaks,
        status=status,
        is_private=True,
        csrf=visit.csrf,
        name=publication.name,
        said=said,
        is_held=is_held,
        held=said.paused_until_on if is_held else None,
        done=done,
        chosen=page.say(speaks, OWN[said.format]),
        formats=[(one.value, page.say(speaks, word)) for one, word in OWN.items()],
        pauses=[(value, page.say(speaks, word)) for value, word in PAUSES.items()],
        path=PATH,
    )
