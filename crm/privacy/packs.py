"""The pack somebody gets of their own data: the same sections for people to read and for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from crm.contracts.personal_data import Section
from crm.foundation import documents
from crm.foundation.settings import Organisation
from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.privacy.erasing import Shown
from crm.values.calendar import brussels_day
from crm.values.languages import Language

VERSION = 1
TITLE = N_("Vos données chez nous")
OPENING = N_(
    "Voici tout ce que %(house)s garde à votre sujet, le %(day)s. Les mêmes données sont dans le fichier donnees.json, "
    "qu’un programme peut lire. Vous pouvez les faire corriger, vous opposer à un usage, ou demander à être oublié·e : "
    "répondez-nous, ou écrivez à %(email)s. Si notre réponse ne vous convient pas, l’Autorité de protection des "
    "données reçoit votre plainte (www.autoriteprotectiondonnees.be)."
)
NOTHING = N_("Ce dont nous n’avons rien")
YES, NO = N_("oui"), N_("non")


def pack(shown: Shown, *, organisation: Organisation, at: datetime) -> Mapping[str, bytes]:
    """The files of the pack by name: a tagged PDF, and JSON."""
    return {
        "donnees.pdf": documents.pdf("pack", facts(shown, organisation=organisation, at=at), at=at),
        "donnees.json": as_json(shown, organisation=organisation, at=at),
    }


def as_json(shown: Shown, *, organisation: Organisation, at: datetime) -> bytes:
    """Machine-readable (GDPR art. 20): every section with its rows, instants in UTC."""
    whole = {
        "version": VERSION,
        "controller": organisation.legal_name or organisation.name,
        "made_at": at,
        "language": shown.language.value,
        "sections": [
            {"key": s.key, "title": s.title, "note": s.note, "rows": [dict(row) for row in s.rows]}
            for s in shown.sections
        ],
    }
    return json.dumps(whole, default=_plain, ensure_ascii=False, indent=2).encode()


def facts(shown: Shown, *, organisation: Organisation, at: datetime) -> Mapping[str, Any]:
    """All that stands in the PDF, finished words; what there is nothing of is named together at the end."""
    language = shown.language
    day = locale_filters(language)["day"](brussels_day(at), "plain")
    return {
        "title": say(language, TITLE),
        "language": language.value,
        "organisation": organisation.letterhead,
        "opening": say(language, OPENING, house=organisation.name, day=day, email=organisation.email),
        "empty_title": say(language, NOTHING),
        "sections": [
            {
                "title": section.title,
                "note": section.note,
                "columns": [column.label for column in section.columns],
                "rows": [[_said(row.get(c.key), language) for c in section.columns] for row in section.rows],
            }
            for section in sorted(shown.sections, key=_order)
            if section.rows
        ],
        "empty": " · ".join(section.title for section in shown.sections if section.title and not section.rows),
    }


def _order(section: Section) -> bool:
    """Who they are first, then the rest."""
    return section.key != "identity"


def _said(value: Any, language: Language) -> str:
    match value:
        case None | "":
            return "–"
        case bool():
            return say(language, YES if value else NO)
        case Decimal():
            return locale_filters(language)["money"](int(value.scaleb(2)))
        case datetime():
            return locale_filters(language)["instant"](value, "short")
        case date():
            return locale_filters(language)["day"](value, "plain")
    return str(value)


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, datetime | date):
        return value.isoformat()
    raise TypeError(type(value).__name__)
