"""Fields of an address in a form, read, and what is wrong with them in a sentence that says how to mend it."""

from __future__ import annotations

from collections.abc import Mapping

from crm.values.countries import country_names
from crm.values.folding import folded
from crm.values.languages import Language
from crm.values.phone_number import PhoneFlaw, PhoneInvalid
from crm.values.postal_address import AddressFlaw, AddressInvalid, PostalAddress
from crm.web import words
from crm.web.words import N_

FIELDS = (
    "organisation",
    "department",
    "complement",
    "street",
    "number",
    "box",
    "postcode",
    "locality",
    "country",
)
NEIGHBOURS = ("BE", "FR", "LU", "NL", "DE")
LONGEST_TYPED = 300

ADDRESS_FLAWS = {
    AddressFlaw.TOO_LONG: N_("C’est trop long pour une ligne d’enveloppe : raccourcissez."),
    AddressFlaw.UNPRINTABLE: N_("Un signe invisible s’est glissé ici : effacez et recopiez à la main."),
    AddressFlaw.POSTCODE: N_("Un code postal belge a quatre chiffres, par exemple 1000."),
    AddressFlaw.COUNTRY: N_("Choisissez un pays de la liste."),
    AddressFlaw.NIS_CODE: N_("Un code INS a cinq chiffres."),
    AddressFlaw.EMPTY: N_("Écrivez au moins une rue ou une localité."),
}
PHONE_FLAWS = {
    PhoneFlaw.UNREADABLE: N_("Écrivez un numéro de téléphone, par exemple 0470 12 34 56."),
    PhoneFlaw.TOO_SHORT: N_("Il manque des chiffres à ce numéro."),
    PhoneFlaw.TOO_LONG: N_("Il y a trop de chiffres dans ce numéro."),
    PhoneFlaw.COUNTRY: N_("Aucun pays n’a cet indicatif : vérifiez ce qui suit le signe +."),
    PhoneFlaw.UNKNOWN: N_("Ce numéro n’existe pas : vérifiez les chiffres."),
}


def typed(form: Mapping[str, str], prefix: str = "") -> dict[str, str]:
    """What was typed, part by part, to be shown again where something is wrong."""
    return {field: form.get(f"{prefix}{field}", "")[:LONGEST_TYPED] for field in FIELDS}


def parts(address: PostalAddress | None) -> dict[str, str]:
    """What the fields hold before anybody types."""
    return {field: getattr(address, field) if address else "" for field in FIELDS} | (
        {} if address else {"country": "BE"}
    )


def read(given: Mapping[str, str], *, language: Language | None = None) -> PostalAddress:
    """The address of `typed` parts. Raises `AddressInvalid`; `problem` says it in words."""
    return PostalAddress.parse(
        organisation=given["organisation"],
        department=given["department"],
        complement=given["complement"],
        street=given["street"],
        number=given["number"],
        box=given["box"],
        postcode=given["postcode"],
        locality=given["locality"],
        country=given["country"],
        language=language,
    )


def problem(error: AddressInvalid | PhoneInvalid, language: Language, prefix: str = "") -> dict[str, str]:
    """The field to mend, and how, for the error at the field and the summary at the top."""
    sentence = ADDRESS_FLAWS[error.flaw] if isinstance(error, AddressInvalid) else PHONE_FLAWS[error.flaw]
    return {f"{prefix}{error.field}": words.say(language, sentence)}


def countries(language: Language) -> list[tuple[str, str]]:
    """Codes and names for a choice: Belgium and its neighbours first, then all by name."""
    names = country_names(language)
    others = sorted((code for code in names if code not in NEIGHBOURS), key=lambda code: folded(names[code]))
    return [(code, names[code]) for code in (*NEIGHBOURS, *others)]
