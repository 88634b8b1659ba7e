"""One key for one letterbox, however it is spelt."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from crm.values.folding import folded
from crm.values.postal_address import PostalAddress

_SHORT: Final = {
    "allee": "all",
    "ave": "av",
    "avenue": "av",
    "bld": "bd",
    "blvd": "bd",
    "boul": "bd",
    "boulevard": "bd",
    "chaussee": "ch",
    "chee": "ch",
    "chs": "ch",
    "chemin": "chem",
    "impasse": "imp",
    "place": "pl",
    "rue": "r",
    "route": "rte",
    "saint": "st",
    "sainte": "ste",
    "sankt": "st",
    "sint": "st",
    "square": "sq",
}
_ENDINGS: Final = (("strasse", "str"), ("straat", "str"), ("steenweg", "stwg"), ("stw", "stwg"))
_PO_BOX: Final = re.compile(r"^(?:b p|bp|boite postale|postbus|postfach|p o box|po box)\s*(?=\d)")
LONGEST_KEY: Final = 300
"""Characters of a key, whatever was typed."""

_SIGNS: Final = re.compile(r"[^\w]+|_")


def dedupe_key(address: PostalAddress) -> str:
    """Country, postcode, street, number and box without accents, case, signs and abbreviations.

    Two addresses with one key are one letterbox. Without a street, the locality and the line before it stand in;
    organisation, department and floor do not count.
    """
    street = _street(address.street)
    place = "" if street and address.postcode else _plain(address.locality)
    named = street or _plain(address.complement)
    box = _plain(address.box)
    box = box.lstrip("0") or box
    key = (address.country.lower(), _plain(address.postcode), place, named, _plain(address.number), box)
    return "|".join(key)[:LONGEST_KEY]


@lru_cache(maxsize=20_000)
def _street(text: str) -> str:
    plain = _PO_BOX.sub("bp ", _SIGNS.sub(" ", folded(text)).strip())
    return "".join(_word(word) for word in plain.split())


def _word(word: str) -> str:
    word = _SHORT.get(word, word)
    return next((word.removesuffix(long) + short for long, short in _ENDINGS if word.endswith(long)), word)


def _plain(text: str) -> str:
    return _SIGNS.sub("", folded(text))
