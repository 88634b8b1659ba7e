"""Words that Python says: marked where they are written, translated where they are shown."""

from __future__ import annotations

from crm.foundation.translation import N_, translations
from crm.values.languages import Language

__all__ = ["N_", "say", "say_count"]


def say(language: Language, text: str, **values: object) -> str:
    """A marked sentence in a language, its `%(name)s` filled. Every `%` of the sentence belongs to a placeholder."""
    spoken: str = translations(language).ugettext(text)
    return spoken % values if values else spoken


def say_count(language: Language, one: str, many: str, n: int, **values: object) -> str:
    """The same, for a count: `%(n)s` is the number. Zero is one in French, many in the other three."""
    is_one = abs(n) < 2 if language is Language.FR else n == 1
    return say(language, one if is_one else many, n=n, **values)
