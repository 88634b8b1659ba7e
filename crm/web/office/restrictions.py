"""Freezing somebody's data by hand (GDPR art. 18): since when, why, and using them again once they were told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.consent import restrictions
from crm.consent.errors import AlreadyRestricted, RestrictionMissing
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.web.office import guard, shell, supporter_page
from crm.web.office.days import read_day
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("restrictions", __name__, url_prefix="/office/privacy/of/<int:person_id>/frozen")

FIELDS = ("day", "reason", "told", "why")
WRONG = {
    "day": N_("Écrivez le jour de sa demande, aujourd’hui au plus tard."),
    "reason": N_("Dites pourquoi en une phrase."),
    "told": N_("Écrivez le jour où la personne a été prévenue, aujourd’hui au plus tard : c’est son droit."),
    "why": N_("Dites pourquoi en une phrase."),
}
ALREADY = N_("Ses données sont déjà gelées.")
LIFTED = N_("Rien n’est gelé pour cette personne.")


@guard.page(blueprint, "", permission=Permission.PRIVACY_READ)
def show(person_id: int) -> ResponseReturnValue:
    """Whether a restriction stands, each that ever did, and the form for the next step."""
    today = brussels_day(shell.now()).isoformat()
    return _page(supporter_page.find(person_id), {"day": today, "told": today})


@guard.page(blueprint, "", permission=Permission.PRIVACY_ACT, methods=("POST",))
def restrict(person_id: int) -> ResponseReturnValue:
    """From now on nothing is sent to them but what they are owed."""
    person, typed, by = supporter_page.find(person_id), _typed(), guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            day = _past(typed["day"], "day")
            restrictions.restrict(session, person.id, since_on=day, reason=typed["reason"], by=by, at=shell.now())
            note(session, "privacy.restrict", person.id, {"since": day.isoformat()})
    except Invalid as wrong:
        return _page(person, typed, wrong.field or "reason")
    except AlreadyRestricted:
        return shell.back(_here(person), shell.say(ALREADY), kind="refused")
    said = N_("Ses données sont gelées : rien ne part, et aucune liste ne les reprend.")
    return shell.back(url_for("supporters.show", person_id=person.id), shell.say(said))


@guard.page(blueprint, "/lift", permission=Permission.PRIVACY_ACT, methods=("POST",))
def lift(person_id: int) -> ResponseReturnValue:
    """Their data may be used again."""
    person, typed, by = supporter_page.find(person_id), _typed(), guard.signed_in().account.id
    try:
        with shell.assembly().database.transaction() as session:
            told = _past(typed["told"], "told")
            restrictions.lift(session, person.id, told_on=told, why=typed["why"], by=by, at=shell.now())
            note(session, "privacy.unrestrict", person.id, {"told": told.isoformat()})
    except Invalid as wrong:
        return _page(person, typed, wrong.field or "why")
    except RestrictionMissing:
        return shell.back(_here(person), shell.say(LIFTED), kind="refused")
    said = N_("Ses données servent de nouveau : ce que la personne a permis vaut comme avant.")
    return shell.back(url_for("supporters.show", person_id=person.id), shell.say(said))


def _past(text: str, field: str) -> date:
    day = read_day(text, field=field)
    if day is None or day > brussels_day(shell.now()):
        raise Invalid("a day that has come", field=field)
    return day


def _typed() -> dict[str, str]:
    return {name: request.form.get(name, "").strip()[: restrictions.LONGEST] for name in FIELDS}


def _here(person: Person) -> str:
    return url_for("restrictions.show", person_id=person.id)


def _page(person: Person, typed: Mapping[str, str], wrong: str = "") -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        known = restrictions.history(session, [person.id])
        names = supporter_page.colleagues(session)
    return shell.show(
        "office/privacy/frozen.html",
        status=422 if wrong else 200,
        person=person,
        stands=next((one for one in known if one.stands), None),
        past=[one for one in known if not one.stands],
        names=names,
        typed=dict.fromkeys(FIELDS, "") | dict(typed),
        errors={wrong: shell.say(WRONG[wrong])} if wrong else {},
    )
