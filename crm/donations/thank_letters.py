"""Letters of thanks: their words, each in the language of whom it goes to, for `templates/documents/letters.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.donations.thanking import Due
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people.model import Person
from crm.people.rules import greeting
from crm.values.address_lines import lines
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

TITLE = N_("Lettres de remerciement")
GIVEN = N_("%(money)s, le %(day)s")
IN_KIND = N_("un don en nature, le %(day)s")
ARRIVED = N_("Votre don est bien arrivé : %(given)s. Merci de tout cœur.")
FIRST = N_(
    "C’est votre premier don. Bienvenue : grâce à vous, quelqu’un qui se croyait oublié apprendra qu’on se bat pour sa "
    "liberté."
)
AGAIN = N_("Votre fidélité nous permet d’enquêter, d’écrire et d’insister jusqu’à ce qu’une porte s’ouvre.")
BARE = N_(
    "Ce mot n’est pas une attestation fiscale : elle se fait au début de l’année suivante, pour 40 € de dons au moins."
)
_BETWEEN = {Language.FR: " ; ", Language.NL: "; ", Language.DE: "; ", Language.EN: "; "}
SIGNED = N_("Toute l’équipe de %(name)s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """What one letter is about: whom it thanks, for what, and where they live."""

    due: Due
    person: Person
    address: PostalAddress


def given(due: Due, language: Language) -> tuple[str, ...]:
    """Each gift in a few words: how much, or that it was in kind, and when."""
    filters = locale_filters(language)
    return tuple(
        say(language, GIVEN if cents else IN_KIND, money=filters["money"](cents), day=filters["day"](on, "plain"))
        for on, cents in due.given
    )


def facts(letters: Sequence[Letter], organisation: Organisation, *, language: Language, on: date) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, on) for one in letters],
    }


def _letter(one: Letter, organisation: Organisation, on: date) -> Mapping[str, Any]:
    language = one.person.language
    return {
        "language": language.value,
        "address": list(lines(one.address, recipient=one.person.full_name, language=language)),
        "day": locale_filters(language)["day"](on, "plain"),
        "greeting": greeting(one.person),
        "paragraphs": [
            say(language, ARRIVED, given=_BETWEEN[language].join(given(one.due, language))),
            say(language, FIRST if one.due.is_first else AGAIN),
            say(language, BARE),
        ],
        "signed": say(language, SIGNED, name=organisation.name),
    }
