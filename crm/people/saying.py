"""What was held and what was said, as lines one can read side by side."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from crm.foundation.templating import locale_filters
from crm.foundation.translation import N_, say
from crm.people import words
from crm.people.arrivals import UNDATED
from crm.people.model import ALIVE
from crm.values import enterprise_number as enterprises
from crm.values.address_lines import lines
from crm.values.errors import Invalid
from crm.values.languages import Language
from crm.values.phone_number import PhoneNumber
from crm.values.postal_address import LONGEST, PostalAddress

WHICH = "abode"
"""Under which what we hold of an address names its row: somebody may have several."""

_WORDS: dict[str, dict[str, str]] = {
    "title": {title.value: word for title, word in words.TITLES.items()},
    "organisation_kind": {kind.value: word for kind, word in words.ORGANISATIONS.items()},
    "language": words.LANGUAGES,
    "deceased_on": {ALIVE: words.ALIVE, UNDATED: N_("jour inconnu")},
}


def said_lines(field: str, said: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """The lines of one side of a difference; none where nothing was held.

    A side is noted as `{"text": …}`, as `{field: …}`, or as the parts of an address.
    """
    if field == "address" and "text" not in said:
        return said_address_lines(said, language)
    text = said_text(field, said)
    return (_read_aloud(field, text, language),) if text else ()


def _read_aloud(field: str, text: str, language: Language) -> str:
    match field:
        case "title" | "organisation_kind" | "language" | "deceased_on" if text in _WORDS[field]:
            return say(language, _WORDS[field][text])
        case "birth_on" | "deceased_on":
            return _day(text, language)
        case "enterprise_number":
            return enterprises.shown(text)
        case "phone":
            return _phone(text)
    return text


def said_text(field: str, said: Mapping[str, Any]) -> str:
    """The one text of a side, by whichever name it was noted."""
    found = next((said[name] for name in ("text", "value", field) if said.get(name)), "")
    return str(found)


def said_address(said: Mapping[str, Any]) -> PostalAddress:
    """The address of a side that holds parts. Raises `Invalid`."""
    return PostalAddress.parse(**{part: str(said[part]) for part in LONGEST if said.get(part)})  # type: ignore[arg-type] # the parts are those of LONGEST


def said_address_lines(said: Mapping[str, Any], language: Language) -> tuple[str, ...]:
    """The lines of an address of parts; as they stand where they make no address."""
    try:
        return lines(said_address(said), language=language)
    except Invalid:
        return tuple(str(value) for name, value in said.items() if value and name != WHICH)


def _day(text: str, language: Language) -> str:
    try:
        return locale_filters(language)["day"](date.fromisoformat(text), "plain")
    except ValueError:
        return text


def _phone(text: str) -> str:
    try:
        return PhoneNumber.parse(text).international
    except Invalid:
        return text
