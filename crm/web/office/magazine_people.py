"""One person and the magazine: how they want it, the copies they were sent, and « I have not had mine »."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask.typing import ResponseReturnValue

from crm.magazine import history, returning, words
from crm.magazine import service as magazine
from crm.magazine.errors import CopyMissing
from crm.magazine.model import SAID, Basis, Format, Subscription
from crm.people import contacts
from crm.people import service as people
from crm.people.errors import PersonMissing
from crm.staff.model import Permission
from crm.values.address_lines import lines
from crm.values.errors import Invalid
from crm.values.identifiers import IssueId, PersonId, PostalAddressId
from crm.web.office import guard, shell
from crm.web.office.days import read_day
from crm.web.office.magazine import GENERAL
from crm.web.office.noting import note
from crm.web.words import N_

blueprint = Blueprint("magazine_people", __name__, url_prefix="/office/magazine/people")

FIELDS = (
    "basis", "copies", "format", "from_number", "until_number", "paused_from_on", "paused_until_on", "address_id",
    "notes",
)  # fmt: skip
SWITCHES = ("own_copy", "by_hand")
WRONG = {
    "until_number": N_("Le dernier numéro vient après le premier."),
    "paused_until_on": N_("Une pause finit après avoir commencé."),
    "copies": N_("Entre 1 et 200 exemplaires."),
    "notes": N_("Sans e-mail, téléphone ni date : cette note part chez l’imprimeur."),
}


@guard.page(blueprint, "/<int:person_id>", permission=Permission.MAGAZINE_READ)
def show(person_id: int) -> ResponseReturnValue:
    """How they want it, and every issue."""
    with shell.assembly().database.reading() as session:
        said = magazine.subscription(session, PersonId(person_id))
    return _page(PersonId(person_id), _typed(said))


@guard.page(blueprint, "/<int:person_id>", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def save(person_id: int) -> ResponseReturnValue:
    """Writes what they said, or what was decided."""
    typed: dict[str, Any] = {name: request.form.get(name, "").strip()[:200] for name in FIELDS}
    typed |= {name: name in request.form for name in SWITCHES}
    try:
        with shell.assembly().database.transaction() as session:
            by = guard.signed_in().account.id
            magazine.subscribe(session, _read(PersonId(person_id), typed), by=by, at=shell.now())
            note(session, "magazine.subscribe", person_id, {"format": typed["format"], "basis": typed["basis"]})
    except Invalid as wrong:
        field = wrong.field or "copies"
        return _page(PersonId(person_id), typed, {field: shell.say(WRONG.get(field, GENERAL))}, status=422)
    return shell.back(url_for("magazine_people.show", person_id=person_id), shell.say(N_("C’est enregistré.")))


@guard.page(blueprint, "/<int:person_id>/claim", permission=Permission.MAGAZINE_SERVE, methods=("POST",))
def claim(person_id: int) -> ResponseReturnValue:
    """« Je n’ai pas reçu mon exemplaire »: written down, to be sent again."""
    here, issue_id = url_for("magazine_people.show", person_id=person_id), request.form.get("issue", 0, type=int)
    try:
        with shell.assembly().database.transaction() as session:
            by, text = guard.signed_in().account.id, request.form.get("note", "")
            is_news = returning.claim(session, PersonId(person_id), IssueId(issue_id), note=text, by=by, at=shell.now())
            if is_news:
                note(session, "magazine.claim", person_id, {"issue": issue_id})
    except CopyMissing:
        return shell.back(here, shell.say(N_("Ce numéro n’est pas encore parti.")), kind="refused")
    said = N_("C’est noté : un exemplaire lui sera renvoyé.") if is_news else N_("C’était déjà noté.")
    return shell.back(here, shell.say(said))


def _page(
    person_id: PersonId, typed: Mapping[str, Any], errors: Mapping[str, str] | None = None, *, status: int = 200
) -> Response:
    with shell.assembly().database.reading() as session:
        person = people.find_survivor(session, person_id)
        if person is None:
            raise PersonMissing
        sent = history.of_person(session, person.id)
        claims = returning.claims(session, person_id=person.id)
        abodes = contacts.addresses_of(session, [person.id])[person.id]
        publication = magazine.publication(session)
    return shell.show(
        "office/magazine/person.html",
        status=status,
        person=person,
        publication=publication,
        typed=typed,
        errors=errors or {},
        sent=sent,
        claims=claims,
        issues=[(one.issue_id, f"n° {one.number}") for one in {s.issue_id: s for s in reversed(sent)}.values()][::-1],
        bases=[("", shell.say(N_("Par la règle seule")))] + [(one.value, shell.say(words.BASES[one])) for one in SAID],
        formats=[(one.value, shell.say(word)) for one, word in words.FORMATS.items()],
        abodes=[("", shell.say(N_("Celle de la saison, sinon la principale")))]
        + [(one.id, ", ".join(lines(one.address))) for one in abodes],
        words=words,
    )


def _typed(said: Subscription) -> dict[str, Any]:
    typed: dict[str, Any] = {name: getattr(said, name) for name in (*FIELDS, *SWITCHES)}
    for name in ("paused_from_on", "paused_until_on"):
        typed[name] = typed[name].isoformat() if typed[name] else ""
    return {name: "" if value is None else value for name, value in typed.items()}


def _read(person_id: PersonId, typed: Mapping[str, Any]) -> Subscription:
    def number(name: str) -> int | None:
        if not typed[name]:
            return None
        if not (typed[name].isascii() and typed[name].isdigit() and len(typed[name]) < 10):
            raise Invalid("a whole number", field=name)
        return int(typed[name])

    if typed["format"] not in set(Format) or typed["basis"] not in {"", *(one.value for one in SAID)}:
        raise Invalid("a word of the list", field="format")
    address = number("address_id")
    return Subscription(
        person_id=person_id,
        basis=Basis(typed["basis"]) if typed["basis"] else None,
        copies=number("copies") or 1,
        format=Format(typed["format"]),
        from_number=number("from_number"),
        until_number=number("until_number"),
        paused_from_on=read_day(typed["paused_from_on"], field="paused_from_on"),
        paused_until_on=read_day(typed["paused_until_on"], field="paused_until_on"),
        own_copy=bool(typed["own_copy"]),
        by_hand=bool(typed["by_hand"]),
        address_id=None if address is None else PostalAddressId(address),
        notes=typed["notes"],
    )
