"""How a name sounds, so that two spellings of one French or Dutch name are compared at all."""

from __future__ import annotations

import re
from functools import lru_cache

from jellyfish import soundex

from crm.values.folding import folded

_RESPELT: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern), spelling)
    for pattern, spelling in (
        (r"[^a-z]", ""),
        (r"ij|y", "i"),
        (r"ph", "f"),
        (r"ch(?=[rl])|q|ck|c(?![eihy])", "k"),
        (r"c(?=[eiy])", "s"),
        (r"e?aul?(?=[tdx]|$)|eau|au|ou", "o"),
        (r"^h", ""),
        (r"(?<=[a-z]{2})[tdsxz]+$", ""),
    )
)
"""Spellings that sound alike in French or Dutch: Cuypers and Kuijpers, Thibault and Thibaut, Philippe and Filip."""


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """Four signs for how `name` sounds; of a hyphenated name, how its first part does.

    Nothing for nothing, `-` where there are no Latin letters. It is coarse on purpose: it brings names together that
    are worth comparing, and says nothing of whether they match.
    """
    if not name.strip():
        return ""
    spelt = folded(name.replace("‐", "-").partition("-")[0] or name)
    for pattern, spelling in _RESPELT:
        spelt = pattern.sub(spelling, spelt)
    return soundex(spelt) if spelt else "-"
