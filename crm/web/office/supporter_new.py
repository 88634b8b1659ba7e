"""A person or an organisation written by hand; somebody similar is shown first, and never stands in the way."""

from __future__ import annotations

from dataclasses import dataclass

from flask import Blueprint, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from crm.people import contacts, search, words
from crm.people import service as people
from crm.people.model import ContactKind, NewPerson, OrganisationKind, Person, PersonKind, Title
from crm.staff.model import Permission
from crm.values import enterprise_number as enterprises
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.phone_number import PhoneInvalid, PhoneNumber
from crm.values.postal_address import AddressInvalid
from crm.web import address_form
from crm.web.office import guard, in_place, shell, supporter_identity
from crm.web.office.noting import note
from crm.web.office.supporter_contacts import WRONG as WRONG_CONTACT
from crm.web.words import N_

blueprint = Blueprint("supporter_new", __name__, url_prefix="/office/supporters")

NAMES = (
    *("first_name", "last_name", "title", "language", "organisation_name", "organisation_kind", "enterprise_number"),
    *("email", "phone"),
)
EMPTY = N_("Écrivez au moins un nom, une adresse e-mail ou un téléphone.")
SAME_ENTERPRISE = N_("même numéro d’entreprise")
SIMILAR = 5


@dataclass(frozen=True, kw_only=True, slots=True)
class Alike:
    """Somebody we know already who may be the same, and what they share with what was typed."""

    person: Person
    shares: str


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT)
def new() -> ResponseReturnValue:
    """The form, for a person or for an organisation (`?kind=organisation`)."""
    blank = dict.fromkeys(NAMES, "") | {"language": shell.language().value} | address_form.parts(None)
    return _form(blank, is_organisation=request.args.get("kind") == PersonKind.ORGANISATION.value)


@guard.page(blueprint, "/new", permission=Permission.SUPPORTERS_EDIT, methods=("POST",))
def add() -> ResponseReturnValue:
    """Writes them, unless somebody similar is known and nobody has looked yet."""
    made, given = shell.assembly(), in_place.typed(*NAMES) | address_form.typed(request.form)
    is_organisation = request.form.get("kind") == PersonKind.ORGANISATION.value
    try:
        person = _read(given, is_organisation=is_organisation)
    except Invalid as wrong:
        return _form(given, is_organisation=is_organisation, errors=_problem(wrong))
    if "anyway" not in request.form:
        with made.database.reading() as session:
            alike = _alike(session, person)
        if alike:
            return _form(given, is_organisation=is_organisation, alike=alike)
    with made.database.transaction() as session:
        added = people.add(session, made.addresses, person, at=shell.now())
        note(session, "supporter.add", added.id, {"kind": person.kind.value})
    return shell.back(url_for("supporters.show", person_id=added.id), shell.say(N_("La fiche est ouverte.")))


def _read(given: dict[str, str], *, is_organisation: bool) -> NewPerson:
    """What was typed, as a person. Raises `Invalid` with the field."""
    email = EmailAddress.parse(given["email"]) if given["email"].strip() else None
    phone = PhoneNumber.parse(given["phone"]) if given["phone"].strip() else None
    has_address = any(given[part].strip() for part in ("street", "number", "postcode", "locality"))
    kind = given["organisation_kind"]
    person = NewPerson(
        kind=PersonKind.ORGANISATION if is_organisation else PersonKind.INDIVIDUAL,
        language=Language.best(given["language"], shell.language()),
        first_name="" if is_organisation else people.tidy_name(given["first_name"], field="first_name"),
        last_name="" if is_organisation else people.tidy_name(given["last_name"], field="last_name"),
        title=Title(given["title"]) if given["title"] in set(Title) and not is_organisation else Title.NONE,
        organisation_name=given["organisation_name"].strip() if is_organisation else "",
        organisation_kind=_organisation_kind(kind) if is_organisation else None,
        enterprise_number=enterprises.read(given["enterprise_number"]) if is_organisation else "",
        email=email,
        phone=phone,
        address=address_form.read(given) if has_address else None,
        source="staff",
    )
    if is_organisation and not person.organisation_name:
        raise Invalid("a name", field="organisation_name")
    if not (is_organisation or person.first_name or person.last_name or email or phone):
        raise Invalid("something to know them by", field="last_name")
    return person


def _organisation_kind(text: str) -> OrganisationKind:
    return OrganisationKind(text) if text in set(OrganisationKind) else OrganisationKind.OTHER


def _alike(session: Session, new: NewPerson) -> list[Alike]:
    """Whom we may know already: the same mailbox, the same number, the same name."""
    addresses = shell.assembly().addresses
    found: dict[int, Alike] = {}
    if new.email:
        for one in people.people_at(session, addresses.key_of(new.email.normal)):
            found.setdefault(one.id, Alike(person=one, shares=shell.say(N_("même adresse e-mail"))))
    if new.phone:
        for one in people.people_at(session, contacts.phone_key(addresses, new.phone)):
            found.setdefault(one.id, Alike(person=one, shares=shell.say(N_("même téléphone"))))
    if new.enterprise_number:
        for hit in search.find(session, addresses, new.enterprise_number, most=SIMILAR).hits:
            if hit.person.enterprise_number == new.enterprise_number:
                found.setdefault(hit.person.id, Alike(person=hit.person, shares=shell.say(SAME_ENTERPRISE)))
    name = f"{new.first_name} {new.last_name} {new.organisation_name}".strip()
    if new.organisation_name or (new.first_name and new.last_name):
        for hit in search.find(session, addresses, name, most=SIMILAR).hits:
            found.setdefault(hit.person.id, Alike(person=hit.person, shares=shell.say(N_("nom proche"))))
    return list(found.values())[:SIMILAR]


def _problem(wrong: Invalid) -> dict[str, str]:
    if isinstance(wrong, AddressInvalid | PhoneInvalid):
        return address_form.problem(wrong, shell.language())
    field = wrong.field or "last_name"
    said = {
        "email": WRONG_CONTACT[ContactKind.EMAIL],
        "last_name": EMPTY,
        "enterprise_number": supporter_identity.NOT_ENTERPRISE,
    }.get(field, supporter_identity.NO_NAME)
    return {field: shell.say(said)}


def _form(
    given: dict[str, str],
    *,
    is_organisation: bool,
    errors: dict[str, str] | None = None,
    alike: list[Alike] | None = None,
) -> ResponseReturnValue:
    title = N_("Une nouvelle organisation") if is_organisation else N_("Une nouvelle personne")
    return in_place.form(
        "new",
        shell.say(title),
        status=422 if errors else 200,
        typed=given,
        errors=errors or {},
        alike=alike or [],
        is_organisation=is_organisation,
        titles=in_place.options(words.TITLES),
        languages=in_place.options(words.LANGUAGES),
        kinds=in_place.options(words.ORGANISATIONS),
        countries=address_form.countries(shell.language()),
    )
