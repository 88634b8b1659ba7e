"""Convocations by post: their words, each in the language of whom it goes to, for `templates/documents/letters.typ`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.members.model import Assembly
from crm.people.model import Person
from crm.people.rules import greeting
from crm.values.address_lines import lines
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress

TITLE = N_("Convocations à l’assemblée générale")
SUBJECT = N_("Convocation à l’assemblée générale")
INVITED = N_("Vous êtes membre : vous avez une voix à l’assemblée générale, et nous vous y invitons.")
WHEN = N_("%(title)s : %(day)s.")
WHERE = N_("%(title)s : %(day)s, %(place)s.")
AGENDA = N_("À l’ordre du jour :")
PROXY = N_(
    "Vous ne pouvez pas venir ? Un·e autre membre peut voter pour vous : dites-nous qui en nous renvoyant le talon "
    "ci-dessous."
)
WHY = N_(
    "Nous vous écrivons par la poste parce que les statuts nous demandent de convoquer chaque membre, et que nous "
    "n’avons pas d’adresse électronique où vous joindre, ou que vous préférez ne pas en recevoir de messages."
)
SIGNED = N_("Toute l’équipe de %(name)s")
SLIP = N_("Procuration")
GIVES = N_("Je soussigné·e, %(name)s (membre n° %(number)s), donne procuration à :")
FOR = N_("pour voter à ma place à l’assemblée générale du %(day)s.")
SIGN = N_("Date et signature :")


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """Whom one letter asks to come, and where they live."""

    person: Person
    address: PostalAddress


def facts(
    letters: Sequence[Letter],
    assembly: Assembly,
    organisation: Organisation,
    *,
    with_proxies: bool,
    language: Language,
    on: date,
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, assembly, organisation, on, with_proxies=with_proxies) for one in letters],
    }


def _letter(
    one: Letter, assembly: Assembly, organisation: Organisation, on: date, *, with_proxies: bool
) -> Mapping[str, Any]:
    language = one.person.language
    day = locale_filters(language)["day"]
    when = say(
        language,
        WHERE if assembly.place else WHEN,
        title=assembly.title,
        day=day(assembly.held_on, "long"),
        place=assembly.place,
    )
    agenda = [line.strip() for line in assembly.agenda.splitlines() if line.strip()]
    return {
        "language": language.value,
        "address": list(lines(one.address, recipient=one.person.full_name, language=language)),
        "day": day(on, "plain"),
        "greeting": greeting(one.person),
        "subject": say(language, SUBJECT),
        "opening": [say(language, INVITED), when, *([say(language, AGENDA)] if agenda else [])],
        "items": agenda,
        "paragraphs": [*([say(language, PROXY)] if with_proxies else []), say(language, WHY)],
        "signed": say(language, SIGNED, name=organisation.name),
        **({"slip": _slip(one.person, assembly)} if with_proxies else {}),
    }


def _slip(person: Person, assembly: Assembly) -> Mapping[str, str]:
    language = person.language
    return {
        "title": say(language, SLIP),
        "gives": say(language, GIVES, name=person.full_name, number=person.member_number),
        "for": say(language, FOR, day=locale_filters(language)["day"](assembly.held_on, "plain")),
        "sign": say(language, SIGN),
    }
