"""Somebody's national number: noted, asked for, and shown to finance with a reason."""

from __future__ import annotations

from typing import TypeVar

from flask import Blueprint, request
from flask.typing import ResponseReturnValue

from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.national_number import NationalNumber, NationalNumberInvalid
from crm.vault import service as vault
from crm.vault import words
from crm.vault.errors import NumberElsewhere
from crm.vault.model import Reason, Source, Way
from crm.web.office import guard, in_place, shell
from crm.web.office.supporter_page import find
from crm.web.words import N_

T = TypeVar("T", Source, Way, Reason)
D = TypeVar("D")

blueprint = Blueprint("national_number", __name__, url_prefix="/office/supporters/<int:person_id>/national-number")

WRONG = N_("Onze chiffres sont attendus, comme 85.07.30-033.28, et leur contrôle doit tomber juste. Relisez-les.")
ELSEWHERE = N_("Une autre fiche a déjà ce numéro : c’est une faute de frappe, ou un doublon à réunir d’abord.")
NO_REASON = N_("Choisissez une raison : elle est gardée au journal.")
TYPED = {source: word for source, word in words.SOURCES.items() if source is not Source.BANK}


@guard.page(blueprint, "/new", permission=Permission.NATIONAL_NUMBER_WRITE)
def new(person_id: int) -> ResponseReturnValue:
    """The form for their number; one that is held is never shown."""
    return _form(find(person_id))


@guard.page(blueprint, "/new", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def write(person_id: int) -> ResponseReturnValue:
    """Keeps it, encrypted."""
    person, made = find(person_id), shell.assembly()
    try:
        number = NationalNumber.parse(request.form.get("number", "")[:40])
        with made.database.transaction() as session:
            vault.write(
                session,
                made.vault.lock(),
                made.sealer,
                person.id,
                number,
                source=_chosen(Source, "source", Source.PHONE),
                at=shell.now(),
                by=guard.signed_in().account.id,
            )
    except NationalNumberInvalid:
        return _form(person, error=WRONG)
    except NumberElsewhere:
        return _form(person, error=ELSEWHERE)
    return in_place.done(person.id, N_("Le numéro national est gardé, chiffré."))


@guard.page(blueprint, "/asked", permission=Permission.NATIONAL_NUMBER_WRITE)
def asking(person_id: int) -> ResponseReturnValue:
    """The form that notes how they were asked."""
    title = shell.say(N_("Numéro national demandé"))
    return in_place.form("national_number_asked", title, find(person_id), ways=in_place.options(words.WAYS))


@guard.page(blueprint, "/asked", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def ask(person_id: int) -> ResponseReturnValue:
    """Notes it: the house must be able to show that it asks."""
    person, made = find(person_id), shell.assembly()
    with made.database.transaction() as session:
        way, by = _chosen(Way, "way", Way.MAIL), guard.signed_in().account.id
        vault.ask(session, made.sealer, person.id, way=way, at=shell.now(), by=by)
    return in_place.done(person.id, N_("La demande est notée."))


@guard.page(blueprint, "/reveal", permission=Permission.NATIONAL_NUMBER_REVEAL, fresh=True)
def look(person_id: int) -> ResponseReturnValue:
    """Asks why, before anything is shown."""
    return _reveal_form(find(person_id))


@guard.page(blueprint, "/reveal", permission=Permission.NATIONAL_NUMBER_REVEAL, methods=("POST",), fresh=True)
def reveal(person_id: int) -> ResponseReturnValue:
    """Shows it once; who looked, at whose and why goes to the trail first."""
    person, made = find(person_id), shell.assembly()
    reason = _chosen(Reason, "reason", None)
    if reason is None:
        return _reveal_form(person, error=NO_REASON)
    with made.database.transaction() as session:
        by = guard.signed_in().account.id
        number = vault.reveal(session, made.vault.lock(), made.sealer, person.id, reason=reason, at=shell.now(), by=by)
    return _reveal_form(person, shown=number.written)


@guard.page(blueprint, "/remove", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def remove(person_id: int) -> ResponseReturnValue:
    """Takes it out for good: they asked for it, or it was noted on the wrong page."""
    person, made = find(person_id), shell.assembly()
    with made.database.transaction() as session:
        vault.remove(session, made.sealer, person.id, at=shell.now(), by=guard.signed_in().account.id)
    return in_place.done(person.id, N_("Le numéro national est effacé."))


def _chosen(kind: type[T], name: str, otherwise: D) -> T | D:
    given = request.form.get(name, "")
    return next((one for one in kind if one.value == given), otherwise)


def _form(person: Person, *, error: str = "") -> ResponseReturnValue:
    with shell.assembly().database.reading() as session:
        held = vault.held(session, person.id)
    return in_place.form(
        "national_number",
        shell.say(N_("Noter le numéro national")),
        person,
        status=422 if error else 200,
        is_held=held is not None,
        sources=in_place.options(TYPED),
        errors={"number": shell.say(error)} if error else {},
    )


def _reveal_form(person: Person, *, shown: str = "", error: str = "") -> ResponseReturnValue:
    return in_place.form(
        "national_number_reveal",
        shell.say(N_("Regarder le numéro national")),
        person,
        status=422 if error else 200,
        shown=shown,
        reasons=in_place.options(words.REASONS),
        errors={"reason": shell.say(error)} if error else {},
    )
