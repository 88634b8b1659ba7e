"""Postal addresses of somebody: a move, one more, its use and season, a letter that came back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import contacts, terms, words
from crm.people.errors import AbodeMissing
from crm.people.model import Abode, FailureReason, Person, PersonKind
from crm.staff.model import Permission
from crm.values.address_lines import lines
from crm.values.calendar import brussels_day
from crm.values.errors import Invalid
from crm.values.identifiers import PostalAddressId
from crm.values.postal_address import AddressInvalid
from crm.web import address_form
from crm.web.office import guard, in_place, reach_terms, shell
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_addresses", __name__, url_prefix="/office/supporters/<int:person_id>/addresses")

SOURCE = "staff"
REASONS = (
    FailureReason.GONE,
    FailureReason.UNKNOWN,
    FailureReason.BAD_BOX,
    FailureReason.INCOMPLETE,
    FailureReason.UNCLAIMED,
    FailureReason.REFUSED,
    FailureReason.DECEASED,
)


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT)
def new(person_id: int) -> ResponseReturnValue:
    """The form: they moved, or have one more."""
    person = find(person_id)
    with shell.assembly().database.reading() as session:
        has_one = bool(contacts.addresses_of(session, [person.id])[person.id])
    held = _held(None) | {"how": "moved" if has_one else "more"}
    return _form(person, held, has_one=has_one)


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def add(person_id: int) -> ResponseReturnValue:
    """Writes it: a move ends the old one, one more leaves it."""
    person, given = find(person_id), _given()
    addresses, now = shell.assembly().addresses, shell.now()
    moved = given["how"] == "moved"
    try:
        address = address_form.read(given)
        held = reach_terms.read(given)

        def act(session: Session) -> None:
            if moved:
                contacts.move(session, addresses, address, person_id=person.id, at=now, source=SOURCE, when=held)
                return
            contacts.add_address(
                session,
                addresses,
                address,
                person_id=person.id,
                at=now,
                source=SOURCE,
                usage=held.usage,
                valid_from_on=held.valid_from_on,
                valid_until_on=held.valid_until_on,
                season=held.season,
            )

        message = N_("La nouvelle adresse est notée, l’ancienne a pris fin.") if moved else N_("C’est ajouté.")
        if moved and held.valid_from_on and held.valid_from_on > brussels_day(now):
            message = N_("La nouvelle adresse est notée ; l’ancienne sert jusqu’à la veille.")
        return in_place.edited(person.id, "supporter.move" if moved else "supporter.address", message, act)
    except Invalid as wrong:
        return _form(person, given, errors=_problem(wrong), has_one=True)


@guard.page(blueprint, "/<int:abode_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int, abode_id: int) -> ResponseReturnValue:
    """The form that corrects one."""
    person = find(person_id)
    abode = _of(person, abode_id)
    return _form(person, _held(abode), abode=abode)


@guard.page(blueprint, "/<int:abode_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def correct(person_id: int, abode_id: int) -> ResponseReturnValue:
    """Corrects how it is written, what it is used for, when it holds."""
    person, given = find(person_id), _given()
    abode, addresses = _of(person, abode_id), shell.assembly().addresses
    try:
        address, held = address_form.read(given), reach_terms.read(given)

        def act(session: Session) -> None:
            contacts.correct_address(session, addresses, abode.id, address)
            terms.of_address(session, abode.id, held)

        return in_place.edited(person.id, "supporter.address", N_("L’adresse est corrigée."), act)
    except Invalid as wrong:
        return _form(person, given, abode=abode, errors=_problem(wrong))


@guard.page(blueprint, "/<int:abode_id>/end", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def end(person_id: int, abode_id: int) -> ResponseReturnValue:
    """They do not live there any more."""
    abode = _of(find(person_id), abode_id)
    said = N_("C’est noté : plus aucun courrier n’y part.")
    return _edited(abode, said, lambda session: contacts.end_address(session, abode.id, at=shell.now()))


@guard.page(blueprint, "/<int:abode_id>/back", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def bring_back(person_id: int, abode_id: int) -> ResponseReturnValue:
    """They live there again."""
    abode = _of(find(person_id), abode_id)
    return _edited(abode, N_("C’est de nouveau la sienne."), lambda s: contacts.revive_address(s, abode.id))


@guard.page(blueprint, "/<int:abode_id>/prefer", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def prefer(person_id: int, abode_id: int) -> ResponseReturnValue:
    """The one to write to first."""
    abode = _of(find(person_id), abode_id)
    return _edited(abode, N_("Nos courriers y partiront d’abord."), lambda s: contacts.prefer_address(s, abode.id))


@guard.page(blueprint, "/<int:abode_id>/fail", permission=Permission.SUPPORTERS_EDIT)
def ask_why(person_id: int, abode_id: int) -> ResponseReturnValue:
    """The form that says why a letter came back."""
    person = find(person_id)
    return _failure(person, _of(person, abode_id))


@guard.page(blueprint, "/<int:abode_id>/fail", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def fail(person_id: int, abode_id: int) -> ResponseReturnValue:
    """Keeps that a letter came back, and why."""
    person = find(person_id)
    abode, reason = _of(person, abode_id), request.form.get("reason", "")
    if reason not in {one.value for one in REASONS}:
        return _failure(person, abode, wrong=True)
    return _edited(
        abode,
        N_("Le retour est noté."),
        lambda s: contacts.fail_address(s, abode.id, FailureReason(reason), source="post", at=shell.now()),
    )


@guard.page(blueprint, "/<int:abode_id>/works", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def works(person_id: int, abode_id: int) -> ResponseReturnValue:
    """The person confirmed it."""
    abode = _of(find(person_id), abode_id)
    return _edited(abode, N_("C’est noté : cela fonctionne."), lambda s: contacts.confirm_address(s, abode.id))


def _edited(abode: Abode, message: str, act: in_place.Act) -> ResponseReturnValue:
    return in_place.edited(abode.person_id, "supporter.address", message, act)


def _of(person: Person, abode_id: int) -> Abode:
    """That address, if it is one of theirs, ended or not. Raises `AbodeMissing`."""
    with shell.assembly().database.reading() as session:
        theirs = contacts.addresses_of(session, [person.id], ended=True)[person.id]
    found = next((abode for abode in theirs if abode.id == PostalAddressId(abode_id)), None)
    if found is None:
        raise AbodeMissing
    return found


def _given() -> dict[str, str]:
    return address_form.typed(request.form) | reach_terms.typed() | in_place.typed("how")


def _held(abode: Abode | None) -> dict[str, str]:
    """What the fields hold before anybody types."""
    return address_form.parts(abode.address if abode else None) | reach_terms.held(abode) | {"how": "more"}


def _problem(wrong: Invalid) -> dict[str, str]:
    if isinstance(wrong, AddressInvalid):
        return address_form.problem(wrong, shell.language())
    return reach_terms.problem(wrong)


def _form(
    person: Person,
    given: dict[str, str],
    *,
    abode: Abode | None = None,
    errors: dict[str, str] | None = None,
    has_one: bool = False,
) -> ResponseReturnValue:
    values: dict[str, Any] = {
        "typed": given,
        "abode": abode,
        "has_one": has_one,
        "errors": errors or {},
        "countries": address_form.countries(shell.language()),
        **reach_terms.choices(),
        "is_organisation": person.kind is PersonKind.ORGANISATION or bool(given["organisation"]),
    }
    title = N_("Corriger une adresse") if abode else N_("Noter une adresse")
    return in_place.form("address", shell.say(title), person, status=422 if errors else 200, **values)


def _failure(person: Person, abode: Abode, *, wrong: bool = False) -> ResponseReturnValue:
    return in_place.form(
        "address_failure",
        shell.say(N_("Noter un courrier revenu")),
        person,
        status=422 if wrong else 200,
        abode=abode,
        lines=lines(abode.address, language=shell.language()),
        reasons=in_place.options({reason: words.FAILURES[reason] for reason in REASONS}),
        errors={"reason": shell.say(N_("Dites ce que la poste a répondu."))} if wrong else {},
    )
