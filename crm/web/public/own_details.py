"""One's own name, phone and mailbox in one's space: the fields, what was typed, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping

from crm.people.correcting import NAMES, OwnWords
from crm.people.model import Person
from crm.people.rules import tidy_name, tidy_organisation
from crm.people.saying import said_lines
from crm.values.email_address import EmailAddress
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.phone_number import LONGEST_TYPED, PhoneInvalid, PhoneNumber
from crm.web import address_form
from crm.web.public.sign_up_form import ERRORS
from crm.web.words import N_, say

LONGEST = {"phone": LONGEST_TYPED, "email": 320}
FLAWS = {
    "first_name": ERRORS["first_name"],
    "last_name": N_("Écrivez un nom seulement, sans lien ni signe particulier."),
    "organisation_name": N_("Écrivez un nom seulement, sans lien ni signe particulier."),
    "email": ERRORS["email"],
}


def fields(person: Person, waiting: Mapping[str, str]) -> dict[str, str]:
    """What the fields hold before anybody types: what they said and is `waiting` to be read, else what we hold."""
    phone = waiting.get("phone") or next((point.value for point in person.phones if point.is_living), "")
    shown = said_lines("phone", {"text": phone}, person.language)
    names = {name: waiting.get(name) or getattr(person, name) for name in NAMES[person.kind]}
    email = waiting.get("email") or (person.primary.value if person.primary else "")
    return names | {"phone": shown[0] if shown else "", "email": email}


def typed(form: Mapping[str, str], person: Person) -> dict[str, str]:
    """What was typed, field by field, to be shown again where something is wrong."""
    return {name: form.get(name, "").strip()[: LONGEST.get(name, 300)] for name in fields(person, {})}


def read(
    given: Mapping[str, str], person: Person, waiting: Mapping[str, str], language: Language
) -> tuple[OwnWords | None, dict[str, str]]:
    """What somebody says of themself; None and a sentence for each field that has to be mended.

    What was left as it stood is not read again: an old number may be of a form that nobody types today.
    """
    held, errors = fields(person, waiting), dict[str, str]()
    phone, email = None, None
    for name in NAMES[person.kind]:
        try:
            (tidy_organisation if name == "organisation_name" else tidy_name)(given[name], field=name)
        except Invalid:
            errors[name] = say(language, FLAWS[name])
    try:
        if given["phone"] not in {"", held["phone"]}:
            phone = PhoneNumber.parse(given["phone"])
    except PhoneInvalid as error:
        errors |= address_form.problem(error, language)
    try:
        if given["email"] not in {"", held["email"]}:
            email = EmailAddress.parse(given["email"])
    except Invalid:
        errors["email"] = say(language, FLAWS["email"])
    if errors:
        return None, errors
    return OwnWords(names={name: given[name] for name in NAMES[person.kind]}, phone=phone, email=email), {}
