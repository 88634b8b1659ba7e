"""How texts are compared: without accents, case or doubled spaces."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_SHORT = 64
"""Characters; what is longer is folded anew each time: names come again and again, whole texts do not."""
_SAME = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "’": "'"})


def folded(text: str) -> str:
    """`text` as names are compared: no accents, no case, single spaces (« Éloïse  DUPONT » is « eloise dupont »)."""
    if text.isascii():
        return " ".join(text.lower().split())
    return _known(text) if len(text) <= _SHORT else _spread(text)


def _spread(text: str) -> str:
    # Letters in disguise (« 𝐀 », « ﬁ ») show their case only once they are spread; folding case may compose new ones.
    plain = unicodedata.normalize("NFKD", text).casefold().translate(_SAME)
    spread = unicodedata.normalize("NFKD", plain)
    return " ".join("".join(c for c in spread if not unicodedata.combining(c)).split())


_known = lru_cache(maxsize=20_000)(_spread)

_ADDRESSED = frozenset(
    ("m", "mr", "mme", "mlle", "monsieur", "madame", "de heer", "mevr", "mw", "dhr", "et", "en", "ou", "of")
)


def called(name: str) -> tuple[str, ...]:
    """The words of a name as banks write it, folded: without hyphens, commas and what addresses somebody."""
    words = folded(name).replace(",", " ").replace("-", " ").split()
    return tuple(word for word in words if word not in _ADDRESSED)
