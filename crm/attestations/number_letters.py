"""Letters that ask for a number: their words, for `templates/documents/number.typ`, each with a code to be scanned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.foundation import qr
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people.model import Person
from crm.people.rules import greeting
from crm.values.languages import Language

TEMPLATE = "number"
TITLE = N_("Lettres qui demandent le numéro national")
WHY = N_(
    "Vos dons de %(year)s vous donnent droit à une attestation fiscale. Pour qu’elle compte, la loi nous demande d’y "
    "écrire votre numéro national (article 323/3 du Code des impôts sur les revenus)."
)
WHY_ENTERPRISE = N_(
    "Vos dons de %(year)s vous donnent droit à une attestation fiscale. Pour qu’elle compte, la loi nous demande d’y "
    "écrire votre numéro d’entreprise."
)
HOW = N_(
    "Scannez ce code ou ouvrez l’adresse à côté : un formulaire protégé attend votre réponse. Il ne montre que votre "
    "nom et ne sert qu’une fois."
)
CARE = N_(
    "Votre numéro est chiffré aussitôt, sert à l’attestation et à rien d’autre. Ne l’écrivez jamais dans la "
    "communication d’un virement. Vous préférez nous le dire ? Joignez-nous : %(phone)s."
)
SCAN = N_("Code à scanner vers le formulaire")
SIGNED = N_("Toute l’équipe de %(name)s")


@dataclass(frozen=True, kw_only=True, slots=True)
class NumberLetter:
    """One letter: to whom, at which address, and the link that is theirs alone."""

    person: Person
    lines: tuple[str, ...]
    link: str
    is_enterprise: bool


def facts(
    letters: Sequence[NumberLetter], organisation: Organisation, *, year: int, language: Language, on: date
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, year, on) for one in letters],
    }


def _letter(one: NumberLetter, organisation: Organisation, year: int, on: date) -> Mapping[str, Any]:
    speaks = one.person.language
    return {
        "language": speaks.value,
        "address": list(one.lines),
        "day": locale_filters(speaks)["day"](on, "plain"),
        "greeting": greeting(one.person),
        "paragraphs": [
            say(speaks, WHY_ENTERPRISE if one.is_enterprise else WHY, year=year),
            say(speaks, HOW),
        ],
        "care": say(speaks, CARE, phone=organisation.phone or organisation.email),
        "link": one.link,
        "code": qr.drawing(one.link),
        "scan": say(speaks, SCAN),
        "signed": say(speaks, SIGNED, name=organisation.name),
    }
