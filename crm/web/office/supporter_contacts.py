"""E-mail addresses and phones of somebody: added, corrected, ended, preferred, failed, working again."""

from __future__ import annotations

from flask import Blueprint, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.consent import service as consent
from crm.consent.model import SuppressionCause, Way
from crm.people import contacts, words
from crm.people import service as people
from crm.people.errors import ContactPointMissing
from crm.people.model import ContactKind, ContactPoint, FailureReason, Person, Usage
from crm.staff.model import Permission
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.identifiers import ContactPointId
from crm.values.phone_number import PhoneNumber
from crm.web.office import guard, in_place, shell
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
    return _form(find(person_id), _kind(kind), {"value": "", "usage": Usage.HOME.value})


@guard.page(blueprint, "/new/<kind>", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def add(person_id: int, kind: str) -> ResponseReturnValue:
    """Adds it."""
    person, of_kind, given = find(person_id), _kind(kind), in_place.typed("value", "usage")
    addresses, now = shell.assembly().addresses, shell.now()
    usage = _usage(given["usage"])
    try:
        if of_kind is ContactKind.EMAIL:
            email = EmailAddress.parse(given["value"])

            def act(session: Session) -> object:
                return contacts.add_email(
                    session, addresses, email, person_id=person.id, at=now, source=SOURCE, usage=usage
                )
        else:
            phone = PhoneNumber.parse(given["value"])

            def act(session: Session) -> object:
                return contacts.add_phone(
                    session, addresses, phone, person_id=person.id, at=now, source=SOURCE, usage=usage
                )

        return in_place.edited(person.id, "supporter.contact", N_("C’est ajouté."), act)
    except Invalid:
        return _form(person, of_kind, given, wrong=True)


@guard.page(blueprint, "/<int:point_id>/edit", permission=Permission.SUPPORTERS_EDIT)
def edit(person_id: int, point_id: int) -> ResponseReturnValue:
    """The form that corrects it."""
    person = find(person_id)
    point = _of(person, point_id)
    return _form(person, point.kind, {"value": point.value, "usage": point.usage.value}, point=point)


@guard.page(blueprint, "/<int:point_id>/edit", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def correct(person_id: int, point_id: int) -> ResponseReturnValue:
    """Corrects it; another mailbox or number takes its place, and the old one is kept as ended."""
    person, given = find(person_id), in_place.typed("value", "usage")
    point, addresses = _of(person, point_id), shell.assembly().addresses
    try:
        email = EmailAddress.parse(given["value"]) if point.kind is ContactKind.EMAIL else None
        phone = None if email else PhoneNumber.parse(given["value"])
    except Invalid:
        return _form(person, point.kind, given, point=point, wrong=True)

    def act(session: Session) -> None:
        if email is not None:
            stands = contacts.correct_email(session, addresses, point.id, email, at=shell.now())
        else:
            assert phone is not None
            stands = contacts.correct_phone(session, addresses, point.id, phone, at=shell.now())
        contacts.set_usage(session, stands.id, _usage(given["usage"]))

    return in_place.edited(person.id, "supporter.contact", N_("C’est corrigé."), act)


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


def _usage(text: str) -> Usage:
    return Usage(text) if text in set(Usage) else Usage.HOME


def _form(
    person: Person, kind: ContactKind, given: dict[str, str], *, point: ContactPoint | None = None, wrong: bool = False
) -> ResponseReturnValue:
    return in_place.form(
        "contact",
        shell.say(TITLES[kind][0 if point is None else 1]),
        person,
        status=422 if wrong else 200,
        typed=given,
        kind=kind.value,
        point=point,
        usages=in_place.options(words.USAGES),
        errors={"value": shell.say(WRONG[kind])} if wrong else {},
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
