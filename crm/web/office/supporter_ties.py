"""What one person is to another, to a group, a school, a firm: noted, ended, taken back."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import links, words
from crm.people.errors import PersonMissing
from crm.people.model import Person, Tie, TieKind
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.web.office import guard, in_place, person_search, shell
from crm.web.office.days import read_day
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_ties", __name__, url_prefix="/office/supporters/<int:person_id>/ties")

FORWARD, BACKWARD = "is", "has"
WRONG = {
    "who": N_("Choisissez une personne ou une organisation de la liste."),
    "kind": N_("Dites quel lien les unit."),
    "other_id": N_("Choisissez quelqu’un d’autre."),
    "since_on": N_("Écrivez un jour du calendrier, par exemple 01/09/2026."),
}


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form: what, to whom, since when."""
    return _form(find(person_id), {"kind": "", "who": "", "since_on": ""})


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def add(person_id: int) -> ResponseReturnValue:
    """Notes it."""
    person, given = find(person_id), in_place.typed("kind", "who", "since_on")
    way, _, kind = given["kind"].partition(":")
    if kind not in set(TieKind):
        return _form(person, given, {"kind": shell.say(WRONG["kind"])})
    try:
        since = read_day(given["since_on"], field="since_on")
        with shell.assembly().database.reading() as session:
            other = person_search.chosen(session, without=person.id)
        first, second = (other, person.id) if way == BACKWARD else (person.id, other)

        def act(session: Session) -> object:
            return links.tie(session, first, second, TieKind(kind), at=shell.now(), since_on=since)

        return in_place.edited(person.id, "supporter.tie", N_("Le lien est noté."), act)
    except Invalid as wrong:
        field = wrong.field or "who"
        return _form(person, given, {field: shell.say(WRONG.get(field, WRONG["who"]))})


@guard.page(blueprint, "/<int:tie_id>/end", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def end(person_id: int, tie_id: int) -> ResponseReturnValue:
    """It was so until today."""
    tie, today = _of(person_id, tie_id), brussels_day(shell.now())
    return in_place.edited(
        PersonId(person_id),
        "supporter.tie",
        N_("Le lien a pris fin aujourd’hui."),
        lambda session: links.end_tie(session, tie.id, until_on=today),
    )


@guard.page(blueprint, "/<int:tie_id>/drop", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def drop(person_id: int, tie_id: int) -> ResponseReturnValue:
    """It was noted by mistake."""
    tie = _of(person_id, tie_id)
    return in_place.edited(
        PersonId(person_id), "supporter.tie", N_("Le lien est retiré."), lambda session: links.untie(session, tie.id)
    )


def _of(person_id: int, tie_id: int) -> Tie:
    with shell.assembly().database.reading() as session:
        found = next((tie for tie in links.ties_of(session, PersonId(person_id)) if tie.id == tie_id), None)
    if found is None:
        raise PersonMissing
    return found


def _form(person: Person, given: dict[str, str], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        found = person_search.answers(session, given["who"], without=person.id)
    kinds = [("", shell.say(N_("Choisir…")))]
    for kind, (forward, backward) in words.TIES.items():
        kinds.append((f"{FORWARD}:{kind.value}", shell.say(forward)))
        if backward != forward:
            kinds.append((f"{BACKWARD}:{kind.value}", shell.say(backward)))
    return in_place.form(
        "tie",
        shell.say(N_("Noter un lien")),
        person,
        status=422 if errors else 200,
        typed=given,
        who=given["who"],
        found=found,
        chosen=request.form.get("other_id", 0, type=int),
        kinds=kinds,
        errors=errors or {},
    )
