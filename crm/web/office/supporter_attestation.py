"""One person's attestation by itself, from their page."""

from __future__ import annotations

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue

from crm.assembly import attesting_house
from crm.attestations import single, words
from crm.attestations.errors import InstitutionIncomplete, NotApproved, NothingOwed, PapersUnknown, YearOpen
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.calendar import brussels_day
from crm.web.office import guard, in_place, shell
from crm.web.office.attestations import FIRST, REFUSALS
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_attestation", __name__, url_prefix="/office/supporters/<int:person_id>/attestation")

OPEN = N_("L’année court encore : d’autres dons peuvent venir. Cochez la case si plus rien ne viendra.")
NOTHING = N_("Rien n’est à attester pour cette année-là.")


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT)
def ask(person_id: int) -> ResponseReturnValue:
    """Which year, and whether nothing more will come."""
    return _form(find(person_id))


@guard.page(blueprint, "", permission=Permission.DONATIONS_EDIT, methods=("POST",))
def issue(person_id: int) -> ResponseReturnValue:
    """Gives the number; the clock makes the paper and hands it over."""
    person, made = find(person_id), shell.assembly()
    year, has_left = request.form.get("year", 0, type=int), request.form.get("has_left") == "on"
    if year not in _years():
        return _form(person, NOTHING)
    try:
        with made.database.transaction() as session:
            by = guard.signed_in().account.id
            paper = single.issue(
                session, attesting_house(made), year, person.id, has_left=has_left, at=shell.now(), by=by
            )
    except YearOpen:
        return _form(person, OPEN)
    except NothingOwed as refused:
        reasons = sorted(shell.say(words.EXCLUSIONS[one]) for one in refused.reasons)
        return _form(person, NOTHING, reasons)
    except (NotApproved, InstitutionIncomplete, PapersUnknown) as refused:
        return _form(person, REFUSALS[type(refused)])
    here = url_for("attestations.paper", year=paper.year, number=paper.number)
    return in_place.refreshed(here, N_("Elle a son numéro. Le document se fait dans la minute, puis il est remis."))


def _years() -> range:
    this = brussels_day(shell.now()).year
    return range(this, max(FIRST, this - 7) - 1, -1)


def _form(person: Person, error: str = "", reasons: list[str] | None = None) -> ResponseReturnValue:
    said = f"{shell.say(error)} {' '.join(f'{one}.' for one in reasons or ())}".strip() if error else ""
    return in_place.form(
        "attestation",
        shell.say(N_("Délivrer une attestation")),
        person,
        status=422 if error else 200,
        years=[(str(one), str(one)) for one in _years()],
        chosen=request.form.get("year") or str(_years()[1]),
        is_deceased=person.is_deceased,
        errors={"year": said} if said else {},
    )
