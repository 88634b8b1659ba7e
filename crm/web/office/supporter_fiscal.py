"""Who somebody is for the tax administration: person or enterprise, which name, whose paper, which language."""

from __future__ import annotations

from flask import Blueprint
from flask.typing import ResponseReturnValue

from crm.attestations import service as attestations
from crm.attestations import words
from crm.attestations.model import Declared, FiscalKind
from crm.people import households
from crm.people import service as people
from crm.people import words as people_words
from crm.people.model import Person
from crm.staff.model import Permission
from crm.values.errors import Invalid
from crm.values.identifiers import PersonId
from crm.values.languages import Language
from crm.web.office import guard, in_place, shell
from crm.web.office.supporter_page import find
from crm.web.words import N_

blueprint = Blueprint("supporter_fiscal", __name__, url_prefix="/office/supporters/<int:person_id>")

FIELDS = ("kind", "name", "first_name", "enterprise_number", "language", "given_to")
WRONG = {
    "given_to": N_("Une attestation de ménage est au nom d’une seule personne : choisissez-en une qui a la sienne."),
    "name": N_("Un nom tient en une ligne, cent caractères au plus."),
    "enterprise_number": N_("Ce n’est pas un numéro d’entreprise : dix chiffres, comme 0418.308.144."),
}


@guard.page(blueprint, "/fiscal", permission=Permission.NATIONAL_NUMBER_WRITE)
def edit(person_id: int) -> ResponseReturnValue:
    """The form, filled in with what was said; what is empty is as the person's page says."""
    person = find(person_id)
    with shell.assembly().database.reading() as session:
        said = attestations.declared(session, person.id)
        kind = attestations.identity(session, person.id).kind
    held = {
        "kind": kind.value,
        "name": said.name if said else "",
        "first_name": said.first_name if said else "",
        "enterprise_number": said.enterprise_number if said else "",
        "language": said.language.value if said and said.language else "",
        "given_to": str(said.given_to) if said and said.given_to else "",
    }
    return _form(person, held)


@guard.page(blueprint, "/fiscal", permission=Permission.NATIONAL_NUMBER_WRITE, methods=("POST",))
def declare(person_id: int) -> ResponseReturnValue:
    """Says it; papers that were given before stay as they are."""
    person, given, made = find(person_id), in_place.typed(*FIELDS), shell.assembly()
    partner = int(given["given_to"]) if given["given_to"].isdigit() else 0
    try:
        with made.database.transaction() as session:
            said = Declared(
                kind=FiscalKind(given["kind"]) if given["kind"] in set(FiscalKind) else FiscalKind.PERSON,
                name=given["name"],
                first_name=given["first_name"],
                enterprise_number=given["enterprise_number"],
                language=Language(given["language"]) if given["language"] in set(Language) else None,
                given_to=PersonId(partner) if partner in {one.id for one in _partners(person)} else None,
            )
            by = guard.signed_in().account.id
            attestations.identify(session, made.sealer, person.id, said, at=shell.now(), by=by)
    except Invalid as wrong:
        field = wrong.field or "name"
        return _form(person, given, {field: shell.say(WRONG.get(field, WRONG["name"]))})
    return in_place.done(person.id, N_("L’identité fiscale est notée. Les attestations déjà données ne changent pas."))


def _partners(person: Person) -> list[Person]:
    with shell.assembly().database.reading() as session:
        shared = households.of(session, person.id)
        ids = {member.person_id for one in shared for member in one.members} - {person.id}
        return sorted(people.people(session, ids).values(), key=lambda one: one.full_name)


def _form(person: Person, held: dict[str, str], errors: dict[str, str] | None = None) -> ResponseReturnValue:
    own = [("", shell.say(N_("La sienne")))]
    return in_place.form(
        "fiscal",
        shell.say(N_("Identité fiscale")),
        person,
        status=422 if errors else 200,
        typed=held,
        errors=errors or {},
        kinds=in_place.options(words.KINDS),
        partners=own + [(str(one.id), one.full_name) for one in _partners(person)],
        languages=[("", shell.say(N_("Celle de la fiche"))), *in_place.options(people_words.LANGUAGES)],
    )
