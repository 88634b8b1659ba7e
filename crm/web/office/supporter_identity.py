"""Who somebody is, corrected by a colleague: names, title, language, greeting, birth date; a death, noted with tact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import rules, words
from crm.people import service as people
from crm.people.errors import TooYoung
from crm.people.model import OrganisationKind, Person, PersonKind, Title
from crm.plans import mourning
from crm.staff.model import Permission
from crm.values import enterprise_number as enterprises
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.web.office import guard, in_place, shell
from crm.web.office.days import read_day
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_identity", __name__, url_prefix="/office/supporters/<int:person_id>")

NAMES = (
    "first_name",
    "last_name",
    "title",
    "language",
    "greeting",
    "birth_on",
    "organisation_name",
    "organisation_kind",
    "enterprise_number",
)
NO_NAME = N_("Écrivez un nom seulement, en cent caractères au plus, sans lien ni signe particulier.")
LIVES = N_("Tant mieux : la fiche vit de nouveau, avec tout ce qui était permis.")
LIVES_AND_GIVES = N_(
    "Tant mieux : la fiche vit de nouveau, avec tout ce qui était permis, et ses dons réguliers en pause reprennent."
)
NO_DAY = N_("Écrivez un jour passé, par exemple 23/11/1956.")
TOO_YOUNG = N_("Nous ne gardons rien de quelqu’un de moins de 13 ans. Vérifiez l’année, ou effacez la fiche.")
NOT_ENTERPRISE = N_(
    "Ce n’est pas un numéro d’entreprise : dix chiffres, comme 0418.308.144, dont les deux derniers vérifient les "
    "autres. Relisez-le sur une facture ou dans la Banque-Carrefour des Entreprises."
)
WRONG = {
    "enterprise_number": NOT_ENTERPRISE,
    "greeting": N_("Une salutation est une seule ligne de mots, par exemple « Chère Marie, »."),
    "birth_on": NO_DAY,
    "died_on": NO_DAY,
}


@guard.page(blueprint, "/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int) -> ResponseReturnValue:
    """The form that corrects who they are."""
    person = find(person_id)
    held = {
        "first_name": person.first_name,
        "last_name": person.last_name,
        "title": person.title.value,
        "language": person.language.value,
        "greeting": person.greeting,
        "birth_on": person.birth_on.isoformat() if person.birth_on else "",
        "organisation_name": person.organisation_name,
        "organisation_kind": (person.organisation_kind or OrganisationKind.OTHER).value,
        "enterprise_number": enterprises.shown(person.enterprise_number),
    }
    return _form(person, held)


@guard.page(blueprint, "/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def correct(person_id: int) -> ResponseReturnValue:
    """Writes the correction; the trail says which fields, never what stood in them."""
    person, given = find(person_id), in_place.typed(*NAMES)
    try:
        birth_on = read_day(given["birth_on"], field="birth_on") if "birth_on" in request.form else person.birth_on

        def act(session: Session) -> None:
            people.edit(session, person.id, **_wanted(person, given))
            people.set_birth(session, person.id, birth_on, today=brussels_day(shell.now()))

        return in_place.edited(person.id, "supporter.edit", N_("La fiche est corrigée."), act)
    except TooYoung:
        return _form(person, given, {"birth_on": shell.say(TOO_YOUNG)})
    except Invalid as wrong:
        field = wrong.field or "first_name"
        return _form(person, given, {field: shell.say(WRONG.get(field, NO_NAME))})


def _wanted(person: Person, given: dict[str, str]) -> dict[str, Any]:
    """What a form asks for; a field it does not hold is left as it is."""
    wanted: dict[str, Any] = {"language": Language.best(given["language"], person.language)}
    wanted |= {name: given[name] for name in ("first_name", "last_name", "greeting") if name in request.form}
    if given["title"] in set(Title) and "title" in request.form:
        wanted["title"] = Title(given["title"])
    if person.kind is PersonKind.ORGANISATION:
        wanted["organisation_name"] = given["organisation_name"] or person.organisation_name
        if given["organisation_kind"] in set(OrganisationKind):
            wanted["organisation_kind"] = OrganisationKind(given["organisation_kind"])
        if "enterprise_number" in request.form:
            wanted["enterprise_number"] = given["enterprise_number"]
    return wanted


def _form(person: Person, held: dict[str, str], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return in_place.form(
        "identity",
        shell.say(N_("Corriger la fiche")),
        person,
        status=422 if errors else 200,
        typed=held,
        errors=errors or {},
        titles=in_place.options(words.TITLES),
        languages=in_place.options(words.LANGUAGES),
        kinds=in_place.options(words.ORGANISATIONS),
        is_organisation=person.kind is PersonKind.ORGANISATION,
        computed=rules.greeting(replace(person, greeting="")),
    )


@guard.page(blueprint, "/death", permission=Permission.SUPPORTERS_EDIT)
def ask_about_death(person_id: int) -> ResponseReturnValue:
    """What noting a death does, before it is done."""
    return _death(find(person_id), {"died_on": ""})


@guard.page(blueprint, "/death", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def record_death(person_id: int) -> ResponseReturnValue:
    """Notes that somebody has died. It can be taken back, at once or later."""
    person, given = find(person_id), in_place.typed("died_on")
    try:
        died_on = read_day(given["died_on"], field="died_on")
        return in_place.edited(
            person.id,
            "supporter.death",
            N_("C’est noté. Plus rien ne lui sera envoyé, et rien n’est perdu."),
            lambda session: _mourn(session, person.id, died_on),
        )
    except Invalid:
        return _death(person, given, {"died_on": shell.say(NO_DAY)})


@guard.page(blueprint, "/death/retract", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def retract_death(person_id: int) -> ResponseReturnValue:
    """It was a mistake: this person lives."""
    person = find(person_id)
    with shell.assembly().database.reading() as session:
        rests = mourning.resting(session, person.id, at=shell.now())
    return in_place.edited(
        person.id,
        "supporter.death-retracted",
        LIVES_AND_GIVES if rests else LIVES,
        lambda session: _live(session, person.id),
    )


def _live(session: Session, person_id: PersonId) -> None:
    """The death is noted no more, and what rested for it alone runs again."""
    people.retract_death(session, person_id)
    _follow(session, person_id)


def _follow(session: Session, person_id: PersonId) -> None:
    made, by = shell.assembly(), guard.signed_in().account.id
    mourning.follow(session, made.settings.office_language, at=shell.now(), person_id=person_id, by=by)


def _mourn(session: Session, person_id: PersonId, died_on: date | None) -> None:
    """The death is noted, and nothing is asked of their bank any more."""
    now = shell.now()
    people.record_death(session, person_id, died_on=died_on, at=now)
    _follow(session, person_id)


def _death(person: Person, given: dict[str, str], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    return in_place.form(
        "death",
        shell.say(N_("Noter un décès")),
        person,
        status=422 if errors else 200,
        typed=given,
        errors=errors or {},
        today=shell.now(),
    )
