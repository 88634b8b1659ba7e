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
_BETWEEN: Final = re.compile(r"(?<=\d)(?:[^\w]|_)+(?=\d)")
"""What keeps two numbers apart: box 1.1 is not box 11, house 10-12 is not house 1012."""
_NOUGHTS: Final = re.compile(r"(?<!\d)0+(?=\d)")
_APART: Final = "-"


def dedupe_key(address: PostalAddress) -> str:
    """Country, postcode, street, number and box without accents, case, signs and abbreviations.

    Two addresses with one key are one letterbox. Without a street, the locality and the line before it stand in;
    organisation, department and floor do not count.
    """
    street = _street(address.street, _APART)
    number, box = _numbered(address.number), _NOUGHTS.sub("", _numbered(address.box))
    return _key(address, street, street or _numbered(address.complement), number, box)


def ledger_key(address: PostalAddress) -> str:
    """What ledgers know a letterbox by, as keyed hashes that marks cover: as `dedupe_key`, blind to signs in numbers.

    Never to be changed: what somebody said of their letterbox is kept under it.
    """
    street, box = _street(address.street, ""), _plain(address.box)
    named, number = street or _plain(address.complement), _plain(address.number)
    return _key(address, street, named, number, box.lstrip("0") or box)


def _key(address: PostalAddress, street: str, named: str, number: str, box: str) -> str:
    place = "" if street and address.postcode else _plain(address.locality)
    key = (address.country.lower(), _plain(address.postcode), place, named, number, box)
    return "|".join(key)[:LONGEST_KEY]


@lru_cache(maxsize=20_000)
def _street(text: str, between: str) -> str:
    plain = _PO_BOX.sub("bp ", _SIGNS.sub(" ", folded(text)).strip())
    if not plain.startswith("bp "):
        plain = _BETWEEN.sub(between, plain)
    return "".join(_word(word) for word in plain.split())


def _word(word: str) -> str:
    word = _SHORT.get(word, word)
    return next((word.removesuffix(long) + short for long, short in _ENDINGS if word.endswith(long)), word)


def _plain(text: str) -> str:
    return _SIGNS.sub("", folded(text))


def _numbered(text: str) -> str:
    apart = _BETWEEN.sub("\0", folded(text))
    return _APART.join(_SIGNS.sub("", part) for part in apart.split("\0"))
