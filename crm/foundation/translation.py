"""Words in the reader's language, through gettext. Sources are French; the other languages are catalogues."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from babel.support import NullTranslations, Translations

from crm.values.languages import Language

FOLDER = Path(__file__).resolve().parents[2] / "templates" / "translations"
DOMAINS = ("public", "office")

_BEFORE = re.compile(r" (?=[;!?])")
_WIDE = re.compile(r" (?=[:»€]|%(?!\())|(?<=«) ")


def N_(text: str) -> str:  # noqa: N802 - the name that gettext's tools look for
    """Marks a French sentence for the catalogues; it is translated later, in the reader's language."""
    return text


def french_spaces(text: str) -> str:
    """The spaces that French typography keeps from breaking: narrow before ; ! ?, full before : » % € and after «."""
    return _WIDE.sub("\u00a0", _BEFORE.sub("\u202f", text))


class _FrenchSource(NullTranslations):
    """French needs no catalogue: only its spaces, and its own idea of one and many."""

    def gettext(self, message: str) -> str:
        return french_spaces(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return french_spaces(msgid1 if abs(n) < 2 else msgid2)

    ugettext = gettext
    ungettext = ngettext


@cache
def translations(language: Language) -> NullTranslations:
    """All words of a language. What a catalogue lacks comes out in French."""
    source = _FrenchSource()
    if language is Language.FR:
        return source
    merged: NullTranslations = source
    for domain in DOMAINS:
        found = Translations.load(str(FOLDER), [language.value], domain)
        if isinstance(found, Translations):
            merged = merged.merge(found) if isinstance(merged, Translations) else found
    if merged is not source:
        merged.add_fallback(source)
    return merged


def say(language: Language, text: str, /, **values: object) -> str:
    """A marked sentence in a language, its `%(name)s` filled. Every `%` of the sentence belongs to a placeholder."""
    spoken: str = translations(language).ugettext(text)
    return spoken % values if values else spoken


def say_count(language: Language, one: str, many: str, n: int, /, **values: object) -> str:
    """The same, for a count: `%(n)s` is the number. Zero is one in French, many in the other three."""
    is_one = abs(n) < 2 if language is Language.FR else n == 1
    return say(language, one if is_one else many, n=n, **values)


def babel_locale(language: Language) -> str:
    """The locale whose numbers and dates Belgians read in that language."""
    return {"fr": "fr_BE", "nl": "nl_BE", "de": "de_BE", "en": "en_BE"}[language.value]
