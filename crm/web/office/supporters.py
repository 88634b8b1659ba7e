"""Supporters: everybody, those whom a search finds, and one of them."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue

from crm.contracts.person_page import Place
from crm.foundation import presence
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.identifiers import PersonId
from crm.web.office import guard, shell, supporter_list, supporter_page

blueprint = Blueprint("supporters", __name__, url_prefix="/office/supporters")

LONGEST_SEARCH = 200


@guard.page(blueprint, "", permission=Permission.SUPPORTERS_READ)
def index() -> ResponseReturnValue:
    """Everybody, newest first."""
    return supporter_list.everybody(request.args.get("after", type=int))


@guard.page(blueprint, "/search", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def search() -> ResponseReturnValue:
    """Those who answer to what was typed. By POST: a name or an address never stands in a URL."""
    text = request.form.get("q", "").strip()[:LONGEST_SEARCH]
    if not text:
        return supporter_list.everybody(None)
    is_near = request.form.get("near") == "1"
    return supporter_list.answering(text, request.form.get("skip", 0, type=int), is_near=is_near)


@guard.page(blueprint, "/<int:person_id>", permission=Permission.SUPPORTERS_READ)
def show(person_id: int) -> ResponseReturnValue:
    """Who they are, how to reach them, what they allow, whom they belong to, what was said and done."""
    with shell.assembly().database.reading() as session:
        person = people.find_person(session, PersonId(person_id))
        if person is not None and person.merged_into_id is not None:
            person = people.find_survivor(session, person.id)
        if person is None:
            raise PersonMissing
        if person.id != person_id:
            return redirect(url_for("supporters.show", person_id=person.id), 303)
        presence.look(session, person.id)
        panels = supporter_page.panels_of(session, person)
        values = {
            "panels": panels,
            **supporter_page.timeline_of(session, person, kind="", after=None),
        }
    known = [panel.since_on for several in panels.values() for panel in several if panel.since_on]
    since_on = min([brussels_day(person.created_at), *known])
    return shell.show("office/supporters/person.html", person=person, since_on=since_on, Place=Place, **values)
