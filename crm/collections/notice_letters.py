"""Letters that say what we shall ask of somebody's bank, each in their language: `templates/documents/letters.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm.collections.announcing import Notice
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people.model import Person
from crm.people.rules import greeting
from crm.plans.words import RHYTHMS
from crm.values.address_lines import lines
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

TITLE = N_("Annonces de prélèvement")
AMOUNT = N_("À partir du %(day)s, nous demanderons à votre banque %(amount)s %(rhythm)s.")
BEHIND = N_(
    "Votre mandat : %(reference)s. Notre identifiant de créancier : %(creditor)s. Votre compte se termine par %(tail)s."
)
REFUSE = N_(
    "Vous pouvez changer le montant, faire une pause ou arrêter quand vous voulez : un mot ou un appel suffit. Pendant "
    "huit semaines après chaque prélèvement, votre banque vous le rembourse si vous le demandez."
)
SIGNED = N_("Toute l’équipe de %(name)s")


def facts(
    several: Sequence[tuple[Notice, Person, PostalAddress]],
    organisation: Organisation,
    *,
    language: Language,
    on: date,
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, on) for one in several],
    }


def _letter(one: tuple[Notice, Person, PostalAddress], organisation: Organisation, on: date) -> Mapping[str, Any]:
    notice, person, address = one
    language = person.language
    shown = locale_filters(language)
    rhythm = say(language, RHYTHMS[notice.every_months])
    return {
        "language": language.value,
        "address": list(lines(address, recipient=person.full_name, language=language)),
        "day": shown["day"](on, "plain"),
        "greeting": greeting(person),
        "paragraphs": [
            say(
                language, AMOUNT, day=shown["day"](notice.due_on, "plain"), amount=shown["money"](notice.cents),
                rhythm=rhythm,
            ),
            say(language, BEHIND, reference=notice.reference, creditor=notice.creditor, tail=notice.tail),
            say(language, REFUSE),
        ],
        "signed": say(language, SIGNED, name=organisation.name),
    }  # fmt: skip
