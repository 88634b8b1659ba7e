"""Words the team puts on people, the sensitive ones masked until asked for, and how other systems call them."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import links
from crm.people.errors import ExternalIdTaken, TagMissing
from crm.people.model import ExternalId, Person, Sensitivity
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId, TagId
from crm.web.office import guard, in_place, shell
from crm.web.office.noting import note
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_marks", __name__, url_prefix="/office/supporters/<int:person_id>")

LONGEST_SYSTEM = 40
LONGEST_NUMBER = 120
NO_TAG = N_("Écrivez une étiquette d’un ou deux mots.")
NO_NUMBER = N_("Écrivez le nom du système et le numéro qu’il donne à cette personne.")
TAKEN = N_("Ce système donne déjà ce numéro à une autre personne.")


@guard.page(blueprint, "/tags", permission=Permission.SUPPORTERS_EDIT)
def tags(person_id: int) -> ResponseReturnValue:
    """The form for one more tag."""
    return _tags(find(person_id), "")


@guard.page(blueprint, "/tags", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def tag(person_id: int) -> ResponseReturnValue:
    """Puts a tag on somebody; one that nobody used yet is made. Sensitivity only ever rises."""
    person, name = find(person_id), in_place.typed("name")["name"]
    sensitivity = Sensitivity.SENSITIVE if "sensitive" in request.form else Sensitivity.ORDINARY

    def act(session: Session) -> None:
        found = links.put_tag(session, name, at=shell.now(), sensitivity=sensitivity)
        links.tag(session, person.id, found.id, at=shell.now(), source="staff")

    try:
        return in_place.edited(person.id, "supporter.tag", N_("L’étiquette est posée."), act)
    except Invalid:
        return _tags(person, name, wrong=True)


@guard.page(blueprint, "/tags/<int:tag_id>/remove", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def untag(person_id: int, tag_id: int) -> ResponseReturnValue:
    """Takes a tag off."""
    person = find(person_id)
    said = N_("L’étiquette est retirée.")
    return in_place.edited(
        person.id, "supporter.tag", said, lambda session: links.untag(session, person.id, TagId(tag_id))
    )


@guard.page(blueprint, "/tags/reveal", permission=Permission.SUPPORTERS_READ, methods=("POST",))
def reveal(person_id: int) -> ResponseReturnValue:
    """Shows the sensitive ones; the trail keeps who looked."""
    person = find(person_id)
    with shell.assembly().database.transaction() as session:
        theirs = links.tags_of(session, [person.id])[person.id]
        found = [one for one in theirs if one.sensitivity is Sensitivity.SENSITIVE]
        if not found:
            raise TagMissing
        note(session, "supporter.tags-revealed", person.id, {"count": len(found)})
    return in_place.form("sensitive_tags", shell.say(N_("Étiquettes sensibles")), person, tags=found)


def _tags(person: Person, name: str, *, wrong: bool = False) -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        known = [one.name for one in links.tags(session) if one.sensitivity is Sensitivity.ORDINARY]
    return in_place.form(
        "tag",
        shell.say(N_("Poser une étiquette")),
        person,
        status=422 if wrong else 200,
        name=name,
        known=known,
        errors={"name": shell.say(NO_TAG)} if wrong else {},
    )


@guard.page(blueprint, "/numbers", permission=Permission.SUPPORTERS_EDIT)
def numbers(person_id: int) -> ResponseReturnValue:
    """The form for how another system calls them."""
    return _numbers(find(person_id), {"system": "", "value": ""})


@guard.page(blueprint, "/numbers", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def number(person_id: int) -> ResponseReturnValue:
    """Remembers it."""
    person, given = find(person_id), in_place.typed("system", "value")
    system, value = given["system"].strip(), given["value"].strip()
    if not (0 < len(system) <= LONGEST_SYSTEM and 0 < len(value) <= LONGEST_NUMBER):
        return _numbers(person, given, wrong=NO_NUMBER)
    try:
        return in_place.edited(
            person.id,
            "supporter.number",
            N_("Le numéro est noté."),
            lambda session: links.add_external_id(
                session, person.id, ExternalId(system=links.system_named(session, system), value=value)
            ),
        )
    except ExternalIdTaken:
        return _numbers(person, given, wrong=TAKEN)


@guard.page(blueprint, "/numbers/remove", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def drop_number(person_id: int) -> ResponseReturnValue:
    """Forgets it."""
    given = in_place.typed("system", "value")
    external = ExternalId(system=given["system"], value=given["value"])
    return in_place.edited(
        PersonId(person_id),
        "supporter.number",
        N_("Le numéro est retiré."),
        lambda session: links.drop_external_id(session, PersonId(person_id), external),
    )


def _numbers(person: Person, given: dict[str, str], *, wrong: str = "") -> ResponseReturnValue:
    return in_place.form(
        "number",
        shell.say(N_("Noter un numéro d’un autre système")),
        person,
        status=422 if wrong else 200,
        typed=given,
        errors={"value": shell.say(wrong)} if wrong else {},
    )
