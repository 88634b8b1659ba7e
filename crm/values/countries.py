"""Countries by their ISO 3166 code, and what they are called."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Final

from babel import Locale

from crm.values.languages import Language

_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def _territories(language: Language) -> dict[str, str]:
    return {str(code): str(name) for code, name in Locale(language.value).territories.items()}


COUNTRIES: Final = frozenset(
    code for code in _territories(Language.EN) if len(code) == 2 and code.isalpha() and code not in _NO_COUNTRY
)
"""Codes of the places one can write to."""


@cache
def country_names(language: Language) -> Mapping[str, str]:
    """Code to name, in that language, for every country one can write to."""
    names = _territories(language)
    return MappingProxyType({code: names.get(code, code) for code in sorted(COUNTRIES)})
