"""Reminders of fees by post, each in the language of whom it goes to, for `templates/documents/letters.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.members.model import Due
from crm.people.model import Person
from crm.people.rules import greeting, shown_number
from crm.values.address_lines import lines
from crm.values.iban import Iban
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

TITLE = N_("Rappels de cotisation")
SUBJECT = N_("Votre adhésion arrive bientôt à son terme")
PAID = N_("Votre cotisation de membre est payée jusqu’au %(until)s. Merci d’être des nôtres.")
STAY = N_(
    "Pour rester membre après ce jour, il suffit de verser votre cotisation de %(fee)s comme la fois précédente, avec "
    "votre nom en communication."
)
STAY_BARE = N_(
    "Pour rester membre après ce jour, il suffit de verser votre cotisation comme la fois précédente, avec votre nom "
    "en communication."
)
ACCOUNT = N_("Notre compte : %(account)s.")
NUMBER = N_("Votre numéro de membre : %(number)s.")
DONE = N_(
    "Si c’est déjà fait, ou si vous préférez ne pas continuer, vous n’avez rien à faire ; un mot ou un appel nous aide."
    " Ce rappel part une seule fois."
)
SIGNED = N_("Toute l’équipe de %(name)s")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Whom one letter reminds, until when their fee is paid, and where they live."""

    due: Due
    person: Person
    address: PostalAddress


def facts(
    letters: Sequence[Letter], organisation: Organisation, *, account: str = "", language: Language, on: date
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them, `account` is ours where it is
    known.
    """
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, account, on) for one in letters],
    }


def _letter(one: Letter, organisation: Organisation, account: str, on: date) -> Mapping[str, Any]:
    language = one.person.language
    shown = locale_filters(language)
    stay = STAY if one.due.fee_cents else STAY_BARE
    number = shown_number(one.person.member_number)
    return {
        "language": language.value,
        "address": list(lines(one.address, recipient=one.person.full_name, language=language)),
        "day": shown["day"](on, "plain"),
        "greeting": greeting(one.person),
        "subject": say(language, SUBJECT),
        "paragraphs": [
            say(language, PAID, until=shown["day"](one.due.until_on, "plain")),
            say(language, stay, fee=shown["money"](one.due.fee_cents)),
            *([say(language, ACCOUNT, account=Iban(account).grouped)] if account else []),
            *([say(language, NUMBER, number=number)] if number else []),
            say(language, DONE),
        ],
        "signed": say(language, SIGNED, name=organisation.name),
    }
