"""Letters of an appeal that the house prints itself, for `templates/documents/appeal.typ`: words, and a slip below."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.fundraising.model import Recipient
from crm.values.languages import Language
from crm.values.structured_communication import StructuredCommunication

MOST = 500
"""More letters than that are a mail house's work."""
AMOUNTS = N_("Par exemple %(amounts)s, ou le montant de votre choix.")
SLIP = N_("Votre virement")
ACCOUNT = N_("Compte")
HOLDER = N_("Bénéficiaire")
COMMUNICATION = N_("Communication")
ONLY = N_("Cette communication est la vôtre : par elle seule, votre don nous parvient sans détour.")
NO_MORE = N_("Vous ne souhaitez plus recevoir nos appels ? Écrivez-nous à %(email)s : un mot suffit.")
SIGNED = N_("Toute l’équipe de %(name)s")
_BETWEEN = {Language.FR: ", ", Language.NL: ", ", Language.DE: ", ", Language.EN: ", "}


@dataclass(frozen=True, kw_only=True, slots=True)
class Letter:
    """A letter: what was frozen, and how it opens."""

    recipient: Recipient
    greeting: str


def facts(
    letters: Sequence[Letter],
    organisation: Organisation,
    *,
    words: str,
    account: str,
    title: str,
    language: Language,
    on: date,
) -> Mapping[str, Any]:
    """All that stands on the pages, finished; `language` is that of whoever prints them."""
    paragraphs = [" ".join(one.split()) for one in words.split("\n\n") if one.strip()]
    return {
        "title": title,
        "language": language.value,
        "organisation": organisation.letterhead,
        "letters": [_letter(one, organisation, paragraphs, account, on) for one in letters],
    }


def _letter(
    one: Letter, organisation: Organisation, paragraphs: Sequence[str], account: str, on: date
) -> Mapping[str, Any]:
    language, frozen = one.recipient.language, one.recipient
    filters = locale_filters(language)
    amounts = _BETWEEN[language].join(filters["money"](cents) for cents in frozen.asks)
    slip = [
        (say(language, HOLDER), organisation.legal_name or organisation.name),
        *([(say(language, ACCOUNT), account)] if account else []),
        (say(language, COMMUNICATION), str(StructuredCommunication(frozen.digits))),
    ]
    return {
        "language": language.value,
        "address": list(frozen.lines),
        "day": filters["day"](on, "plain"),
        "greeting": one.greeting,
        "paragraphs": [*paragraphs, say(language, AMOUNTS, amounts=amounts)],
        "signed": say(language, SIGNED, name=organisation.name),
        "slip_title": say(language, SLIP),
        "slip": slip,
        "only": say(language, ONLY),
        "no_more": say(language, NO_MORE, email=organisation.email),
        "code": frozen.source_code,
    }
