"""How likely an address is to be found by the postman, and what to look at before printing it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from crm.values.address_lines import fits, lines
from crm.values.belgium.languages import street_languages
from crm.values.belgium.localities import agrees, known_postcode, language_of, name_languages
from crm.values.foreign_lines import plausible_postcode
from crm.values.postal_address import PostalAddress
from crm.values.street_line import is_po_box

LABEL_WIDTH: Final = 38
"""Characters of a line that fits on every label and in every window."""


class Doubt(StrEnum):
    """What may keep a letter from arriving, or from being printed."""

    NO_STREET = "no_street"
    NO_NUMBER = "no_number"
    NO_POSTCODE = "no_postcode"
    NO_LOCALITY = "no_locality"
    UNKNOWN_POSTCODE = "unknown_postcode"
    UNKNOWN_LOCALITY = "unknown_locality"
    OTHER_LOCALITY = "other_locality"
    BOX_NOTATION = "box_notation"
    MIXED_LANGUAGES = "mixed_languages"
    UNPRINTABLE_LETTERS = "unprintable_letters"
    LONG_LINE = "long_line"


COSTS: Final = MappingProxyType(
    {
        Doubt.NO_STREET: 50,
        Doubt.NO_NUMBER: 30,
        Doubt.NO_POSTCODE: 40,
        Doubt.NO_LOCALITY: 40,
        Doubt.UNKNOWN_POSTCODE: 30,
        Doubt.UNKNOWN_LOCALITY: 5,
        Doubt.OTHER_LOCALITY: 30,
        Doubt.BOX_NOTATION: 10,
        Doubt.MIXED_LANGUAGES: 10,
        Doubt.UNPRINTABLE_LETTERS: 10,
        Doubt.LONG_LINE: 5,
    }
)
"""Points of a hundred that each doubt takes away."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Quality:
    """`score` is 100 where nothing is doubtful, 0 where nothing is sure; `doubts` say why, the gravest first."""

    score: int
    doubts: tuple[Doubt, ...]


def quality(address: PostalAddress, *, width: int = LABEL_WIDTH) -> Quality:
    """Score and doubts of an address; `width` is how many characters its lines may have."""
    doubts = tuple(sorted(_doubts(address, width), key=lambda doubt: (-COSTS[doubt], doubt)))
    return Quality(score=max(0, 100 - sum(COSTS[doubt] for doubt in doubts)), doubts=doubts)


_PLAIN_BOX: Final = re.compile(r"[0-9A-Z]{1,2}|(?:[A-Z]{1,2}[ ./-]?)?\d{1,5}(?:[ ./-]?[0-9A-Z]{1,4})*", re.IGNORECASE)


def _doubts(address: PostalAddress, width: int) -> Iterator[Doubt]:
    if not (address.street or address.number):
        yield Doubt.NO_STREET
    elif not address.number and not is_po_box(address.street) and not address.street[-1:].isdigit():
        yield Doubt.NO_NUMBER
    if not address.locality:
        yield Doubt.NO_LOCALITY
    yield from _of_belgium(address) if address.country == "BE" else _of_abroad(address)
    if address.box and not _PLAIN_BOX.fullmatch(address.box):
        yield Doubt.BOX_NOTATION
    printed = lines(address)
    if not fits(printed, width):
        yield Doubt.LONG_LINE
    try:
        "".join(printed).encode("windows-1252")  # what print houses read; Latin-1 and the letters French needs besides
    except UnicodeEncodeError:
        yield Doubt.UNPRINTABLE_LETTERS


def _of_belgium(address: PostalAddress) -> Iterator[Doubt]:
    if not address.postcode:
        yield Doubt.NO_POSTCODE
        return
    if not known_postcode(address.postcode):
        yield Doubt.UNKNOWN_POSTCODE
    elif address.locality:
        match agrees(address.postcode, address.locality):
            case None:
                yield Doubt.UNKNOWN_LOCALITY
            case False:
                yield Doubt.OTHER_LOCALITY
    street = set(street_languages(address.street))
    place = set(name_languages(address.postcode, address.locality) or language_of(address.postcode))
    if street and ((place and not street & place) or (address.language and address.language not in street)):
        yield Doubt.MIXED_LANGUAGES


def _of_abroad(address: PostalAddress) -> Iterator[Doubt]:
    if not plausible_postcode(address.postcode, country=address.country):
        yield Doubt.UNKNOWN_POSTCODE if address.postcode else Doubt.NO_POSTCODE
