"""Letters of an appeal that the house prints itself, for `templates/documents/appeal.typ`: words, and a slip below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.fundraising.model import Recipient
from crm.fundraising.versions import Written, words_of
from crm.values.languages import Language
from crm.values.structured_communication import StructuredCommunication

TOGETHER = 500
"""So many letters at most are one PDF."""
MOST = 5000
"""More letters than that are a mail house's work."""
AMOUNTS = N_("Par exemple %(amounts)s, ou le montant de votre choix.")
SLIP = N_("Votre virement")
ACCOUNT = N_("Compte bancaire")
HOLDER = N_("Bénéficiaire")
COMMUNICATION = N_("Communication")
ONLY = N_("Cette communication est la vôtre : par elle seule, votre don nous parvient sans détour.")
NO_MORE = N_("Vous ne souhaitez plus recevoir nos appels ? Écrivez-nous à %(email)s : un mot suffit.")
SIGNED = N_("Toute l’équipe de %(name)s")
_BETWEEN = {Language.FR: ", ", Language.NL: ", ", Language.DE: ", ", Language.EN: ", "}


def facts(
    letters: Sequence[Recipient],
    organisation: Organisation,
    *,
    words: Written,
    account: str,
    title: str,
    language: Language,
    on: date,
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    return {
        "title": title,
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, _paragraphs(words, one), account, on) for one in letters],
    }


def _paragraphs(words: Written, one: Recipient) -> list[str]:
    """The words of the version of somebody."""
    key = words_of(words, one.package, one.language)
    text = "" if key is None else words[key]
    return [" ".join(part.split()) for part in text.split("\n\n") if part.strip()]


def _letter(
    one: Recipient, organisation: Organisation, paragraphs: Sequence[str], account: str, on: date
) -> Mapping[str, Any]:
    language = one.language
    filters = locale_filters(language)
    amounts = _BETWEEN[language].join(filters["money"](cents) for cents in one.asks)
    slip = [
        (say(language, HOLDER), organisation.legal_name or organisation.name),
        *([(say(language, ACCOUNT), account)] if account else []),
        (say(language, COMMUNICATION), str(StructuredCommunication(one.digits))),
    ]
    return {
        "language": language.value,
        "address": list(one.lines),
        "day": filters["day"](on, "plain"),
        "greeting": one.opening,
        "paragraphs": [*paragraphs, say(language, AMOUNTS, amounts=amounts)],
        "signed": say(language, SIGNED, name=organisation.name),
        "slip_title": say(language, SLIP),
        "slip": slip,
        "only": say(language, ONLY),
        "no_more": say(language, NO_MORE, email=organisation.email),
        "code": one.source_code,
    }
