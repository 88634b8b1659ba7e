"""Letters that a print house's Windows-1252 has not: what is printed in their place."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_PLAIN = {
    "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "n", "Ŋ": "N", "ŧ": "t", "Ŧ": "T",
    "ĸ": "k", "ə": "e", "Ə": "E", "ẞ": "SS", "ﬁ": "fi", "ﬂ": "fl", "\u2010": "-", "\u2011": "-", "\u202f": "\u00a0",
    "\u2009": " ", "ʼ": "’", "′": "’",
}  # fmt: skip
UNKNOWN = "?"
"""Stands where no Latin letter comes near: somebody has to look at it."""


def is_printable(text: str) -> bool:
    """Whether Windows-1252 has every letter of it."""
    try:
        text.encode("windows-1252")
    except UnicodeEncodeError:
        return False
    return True


def printable(text: str) -> str:
    """The text in letters that Windows-1252 has: without a mark it lacks, or by the nearest letter."""
    if is_printable(text):
        return text
    return "".join(_letter(sign) for sign in text)


@lru_cache(maxsize=4096)
def _letter(sign: str) -> str:
    if is_printable(sign):
        return sign
    if sign in _PLAIN:
        return _PLAIN[sign]
    bare = "".join(one for one in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(one))
    bare = "".join(_PLAIN.get(one, one) for one in bare)
    return bare if bare != sign and bare and is_printable(bare) else "" if unicodedata.combining(sign) else UNKNOWN
