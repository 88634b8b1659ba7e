"""E-mail addresses and phones of somebody: added, corrected, ended, preferred, failed, working again."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import SuppressionCause, Way
from crm.people import contacts, terms, words
from crm.people import service as people
from crm.people.errors import ContactPointMissing
from crm.people.model import ContactKind, ContactPoint, FailureReason, Person
from crm.people.terms import Terms
from crm.staff.model import Permission
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId
from crm.values.phone_number import PhoneNumber
from crm.web.office import guard, in_place, reach_terms, shell
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_contacts", __name__, url_prefix="/office/supporters/<int:person_id>/contacts")

SOURCE = "staff"
TITLES = {
    ContactKind.EMAIL: (N_("Ajouter une adresse e-mail"), N_("Corriger une adresse e-mail")),
    ContactKind.PHONE: (N_("Ajouter un téléphone"), N_("Corriger un téléphone")),
}
WRONG = {
    ContactKind.EMAIL: N_("Écrivez une adresse entière, par exemple marie@exemple.be."),
    ContactKind.PHONE: N_("Écrivez un numéro que l’on peut appeler, par exemple 0470 12 34 56 ou +33 6 12 34 56 78."),
}
REASONS = {
    ContactKind.EMAIL: (FailureReason.FULL, FailureReason.GONE, FailureReason.REFUSED, FailureReason.UNKNOWN),
    ContactKind.PHONE: (FailureReason.WRONG_NUMBER, FailureReason.UNCLAIMED, FailureReason.REFUSED),
}


@guard.page(blueprint, "/new/<kind>", permission=Permission.SUPPORTERS_EDIT)
def new(person_id: int, kind: str) -> ResponseReturnValue:
    """The form for one more way to reach them."""
    return _form(find(person_id), _kind(kind), {"value": ""} | reach_terms.held(None))


@guard.page(blueprint, "/new/<kind>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def add(person_id: int, kind: str) -> ResponseReturnValue:
    """Adds it."""
    person, of_kind, given = find(person_id), _kind(kind), _given()
    addresses = shell.assembly().addresses
    facts: dict[str, Any] = {"person_id": person.id, "at": shell.now(), "source": SOURCE}
    try:
        email, phone, held = _read(of_kind, given)

        def act(session: Session) -> None:
            if email is not None:
                added = contacts.add_email(session, addresses, email, **facts)
            else:
                assert phone is not None
                added = contacts.add_phone(session, addresses, phone, **facts)
            terms.of_point(session, added.id, held)

        return in_place.edited(person.id, "supporter.contact", N_("C’est ajouté."), act)
    except Invalid as wrong:
        return _form(person, of_kind, given, errors=_problem(of_kind, wrong))


@guard.page(blueprint, "/<int:point_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int, point_id: int) -> ResponseReturnValue:
    """The form that corrects it."""
    person = find(person_id)
    point = _of(person, point_id)
    return _form(person, point.kind, {"value": point.value} | reach_terms.held(point), point=point)


@guard.page(blueprint, "/<int:point_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def correct(person_id: int, point_id: int) -> ResponseReturnValue:
    """Corrects it; another mailbox or number takes its place, and the old one is kept as ended."""
    person, given = find(person_id), _given()
    point, addresses = _of(person, point_id), shell.assembly().addresses
    try:
        email, phone, held = _read(point.kind, given)

        def act(session: Session) -> None:
            if email is not None:
                stands = contacts.correct_email(session, addresses, point.id, email, at=shell.now())
            else:
                assert phone is not None
                stands = contacts.correct_phone(session, addresses, point.id, phone, at=shell.now())
            terms.of_point(session, stands.id, held)

        return in_place.edited(person.id, "supporter.contact", N_("C’est corrigé."), act)
    except Invalid as wrong:
        return _form(person, point.kind, given, point=point, errors=_problem(point.kind, wrong))


@guard.page(blueprint, "/<int:point_id>/end", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def end(person_id: int, point_id: int) -> ResponseReturnValue:
    """It is no longer theirs."""
    point = _of(find(person_id), point_id)
    return _edited(
        point, N_("C’est noté : on n’y écrit plus."), lambda s: contacts.end_point(s, point.id, at=shell.now())
    )


@guard.page(blueprint, "/<int:point_id>/back", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def bring_back(person_id: int, point_id: int) -> ResponseReturnValue:
    """It is theirs again."""
    point = _of(find(person_id), point_id)
    return _edited(point, N_("C’est de nouveau le sien."), lambda s: contacts.revive_point(s, point.id))


@guard.page(blueprint, "/<int:point_id>/prefer", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def prefer(person_id: int, point_id: int) -> ResponseReturnValue:
    """The one to use first."""
    point = _of(find(person_id), point_id)
    return _edited(point, N_("C’est le premier que nous utiliserons."), lambda s: contacts.prefer_point(s, point.id))


@guard.page(blueprint, "/<int:point_id>/fail", permission=Permission.SUPPORTERS_EDIT)
def ask_why(person_id: int, point_id: int) -> ResponseReturnValue:
    """The form that says why it did not work."""
    person = find(person_id)
    return _failure(person, _of(person, point_id))


@guard.page(blueprint, "/<int:point_id>/fail", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def fail(person_id: int, point_id: int) -> ResponseReturnValue:
    """Keeps that it did not work, and why."""
    person = find(person_id)
    point, reason = _of(person, point_id), request.form.get("reason", "")
    if reason not in {one.value for one in REASONS[point.kind]}:
        return _failure(person, point, wrong=True)
    return _edited(
        point,
        N_("C’est noté."),
        lambda s: contacts.fail_point(s, point.id, FailureReason(reason), source="call", at=shell.now()),
    )


@guard.page(blueprint, "/<int:point_id>/works", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def works(person_id: int, point_id: int) -> ResponseReturnValue:
    """It works after all; a mailbox that was taken to be dead is written to again."""
    point = _of(find(person_id), point_id)

    def act(session: Session) -> None:
        contacts.confirm_point(session, point.id)
        if point.kind is ContactKind.EMAIL:
            dead = SuppressionCause.DEAD_ADDRESS
            consent.lift(session, address_key=point.address_key, cause=dead, way=Way.STAFF, at=shell.now())

    return _edited(point, N_("C’est noté : cela fonctionne."), act)


def _edited(point: ContactPoint, message: str, act: in_place.Act) -> ResponseReturnValue:
    return in_place.edited(point.person_id, "supporter.contact", message, act)


def _of(person: Person, point_id: int) -> ContactPoint:
    """That contact point, if it is one of theirs, ended or not. Raises `ContactPointMissing`."""
    with shell.assembly().database.reading() as session:
        point = people.find_contact_point(session, ContactPointId(point_id))
    if point is None or point.person_id != person.id:
        raise ContactPointMissing
    return point


def _kind(text: str) -> ContactKind:
    return ContactKind.PHONE if text == ContactKind.PHONE.value else ContactKind.EMAIL


def _given() -> dict[str, str]:
    return in_place.typed("value") | reach_terms.typed()


def _read(kind: ContactKind, given: dict[str, str]) -> tuple[EmailAddress | None, PhoneNumber | None, Terms]:
    """The way of that kind, and when it holds. Raises `Invalid` with the field."""
    email = EmailAddress.parse(given["value"], field="value") if kind is ContactKind.EMAIL else None
    phone = None if email else PhoneNumber.parse(given["value"], field="value")
    return email, phone, reach_terms.read(given)


def _problem(kind: ContactKind, wrong: Invalid) -> dict[str, str]:
    return {"value": shell.say(WRONG[kind])} if wrong.field == "value" else reach_terms.problem(wrong)


def _form(
    person: Person,
    kind: ContactKind,
    given: dict[str, str],
    *,
    point: ContactPoint | None = None,
    errors: dict[str, str] | None = None,
) -> ResponseReturnValue:
    return in_place.form(
        "contact",
        shell.say(TITLES[kind][0 if point is None else 1]),
        person,
        status=422 if errors else 200,
        typed=given,
        kind=kind.value,
        point=point,
        errors=errors or {},
        **reach_terms.choices(),
    )


def _failure(person: Person, point: ContactPoint, *, wrong: bool = False) -> ResponseReturnValue:
    return in_place.form(
        "contact_failure",
        shell.say(N_("Noter que cela n’arrive pas")),
        person,
        status=422 if wrong else 200,
        point=point,
        reasons=in_place.options({reason: words.FAILURES[reason] for reason in REASONS[point.kind]}),
        errors={"reason": shell.say(N_("Dites ce qui s’est passé."))} if wrong else {},
    )
