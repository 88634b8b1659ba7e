"""An address as it is printed, by the rules of the Belgian post and of the Universal Postal Union, and read back."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import Final

from crm.values.belgium.localities import agrees, known_postcode
from crm.values.countries import COUNTRIES, country_names
from crm.values.folding import folded
from crm.values.foreign_lines import locality_lines, read_locality_lines
from crm.values.languages import Language
from crm.values.postal_address import PostalAddress
from crm.values.street_line import read_street_line, street_line

MOST_LINES: Final = 7
"""Lines of the fullest address: a label and a window have room for no more."""


def lines(
    address: PostalAddress, *, recipient: str = "", language: Language = Language.FR, sender: str = "BE"
) -> tuple[str, ...]:
    """What stands on the envelope, top to bottom, at most `MOST_LINES` lines and none empty.

    The word before the box is in the language of the address; the country, named only when it is not the sender's,
    is in `language`.
    """
    door = street_line(
        street=address.street,
        number=address.number,
        box=address.box,
        country=address.country,
        language=address.language or language,
    )
    if address.country == "BE":
        place: tuple[str, ...] = (f"{address.postcode} {address.locality.upper()}".strip(),)
    else:
        place = locality_lines(country=address.country, postcode=address.postcode, locality=address.locality)
    country = "" if address.country == sender else country_names(language)[address.country].upper()
    above = (recipient, address.department, address.organisation, address.complement, door)
    printed = [line for line in (*above, *place, country) if line]
    if len(printed) > MOST_LINES and len(place) > 1:
        end = len(printed) - (1 if country else 0)
        printed[end - 2 : end] = [" ".join(place)]
    return tuple(printed)


def fits(printed: Sequence[str], width: int) -> bool:
    """True where no line is longer than `width` characters (38 on a label, 70 in the post's own file)."""
    return all(len(line) <= width for line in printed)


def read_lines(
    printed: Sequence[str], country: str = "BE", *, recipient: str = "", language: Language | None = None
) -> PostalAddress:
    """The parts of typed or printed lines; raises `AddressInvalid`. Nothing is dropped but the recipient, where given.

    A last line that is a country's name has the last word on the country; so has its code, where `country` is the
    sender's or that one (elsewhere two capitals may be a province).
    """
    texts = [text for line in printed if (text := " ".join(line.split()).strip(" ,;"))]
    if recipient and texts and folded(texts[0]) == folded(recipient):
        texts = texts[1:]
    if len(texts) > 1 and (named := _country_codes().get(folded(texts[-1]))):
        country, texts = named, texts[:-1]
    elif len(texts) > 1 and texts[-1] in COUNTRIES and country in ("BE", texts[-1]):
        country, texts = texts[-1], texts[:-1]
    if country == "BE":
        texts, postcode, locality = _belgian_place(texts)
    else:
        taken, postcode, locality = read_locality_lines(tuple(texts), country=country)
        texts = texts[: len(texts) - taken]
    door = read_street_line(texts[-1] if texts else "", country=country)
    department, organisation, complement = _above(texts[:-1])
    return PostalAddress.parse(
        department=department,
        organisation=organisation,
        complement=", ".join(part for part in (complement, door.complement) if part),
        street=door.street,
        number=door.number,
        box=door.box,
        postcode=postcode,
        locality=_small(locality),
        country=country,
        language=language or (door.language if country == "BE" else None),
    )


_PLACE: Final = re.compile(r"(?:BE?\s?-?\s?)?(?P<code>[1-9]\d{3})(?:\s+(?P<name>.+))?", re.IGNORECASE)
_PLACE_AFTER_STREET: Final = re.compile(
    r"(?P<street>.+?)(?:\s*[,;]\s*|\s+-\s+)(?:B-)?(?P<code>[1-9]\d{3})\s+(?P<name>[^\d,;]+)", re.IGNORECASE
)
_NAME_FIRST: Final = re.compile(r"(?P<name>[^\d,]+?)[\s,]+(?P<code>[1-9]\d{3})")


def _belgian_place(texts: list[str]) -> tuple[list[str], str, str]:
    """The lines that remain, the postcode and the locality. A line below them is moved above the street."""
    for index in range(len(texts) - 1, -1, -1):
        if found := _PLACE.fullmatch(texts[index]):
            return texts[index + 1 :] + texts[:index], found["code"], found["name"] or ""
    if not texts:
        return texts, "", ""
    last = texts[-1]
    if found := _PLACE_AFTER_STREET.fullmatch(last):
        return [*texts[:-1], found["street"]], found["code"], found["name"]
    found = _NAME_FIRST.fullmatch(last)
    if found and known_postcode(found["code"]) and agrees(found["code"], found["name"]):
        return texts[:-1], found["code"], found["name"]
    if len(texts) > 1 and agrees("", last) is not None:
        return texts[:-1], "", last
    return texts, "", ""


_COMPLEMENT: Final = re.compile(
    r"\b(?:bâtiment|bat\.|bât\.|bloc|étage|etage|ét\.|porte|appartement|appt|app\.|résidence|residence|escalier|entrée|"
    r"rez|rdc|hall|aile|c/o|p/a|chez|gebouw|blok|verdieping|deur|residentie|ingang|gelijkvloers|vleugel|gebäude|stock|"
    r"wohnung|eingang|haus|building|floor|door|flat|suite|room|wing|apt)(?=\W|$)",
    re.IGNORECASE,
)
_DEPARTMENT: Final = re.compile(
    r"\b(?:service|département|departement|direction|secrétariat|comptabilité|cellule|unité|équipe|à l[’']attention|"
    r"att\.|attn|dienst|afdeling|directie|secretariaat|boekhouding|team|t\.a\.v\.|abteilung|referat|sekretariat|department|"
    r"office of)(?=\W|$)",
    re.IGNORECASE,
)


def _above(texts: list[str]) -> tuple[str, str, str]:
    """Department, organisation and complement of the lines above the street: by their place, and by their words."""
    if not texts:
        return "", "", ""
    if len(texts) > 2:
        return texts[0], texts[1], ", ".join(texts[2:])
    first, last = texts[0], texts[-1]
    if len(texts) == 1:
        if _COMPLEMENT.search(first):
            return "", "", first
        return (first, "", "") if _DEPARTMENT.search(first) else ("", first, "")
    if _DEPARTMENT.search(first):
        return (first, "", last) if _COMPLEMENT.search(last) else (first, last, "")
    return (last, first, "") if _DEPARTMENT.search(last) else ("", first, last)


@cache
def _country_codes() -> dict[str, str]:
    """Names of countries in every language we write, folded, to their codes."""
    return {folded(country_names(language)[code]): code for language in Language for code in sorted(COUNTRIES)}


_ARTICLES: Final = (
    "a am an au aux bei bij d da de del den der des di do dos du en et i im in l la le les lez ob of on op os sous sur "
    "te ten ter the under upon van von y"
)
_SMALL_WORDS: Final = frozenset(_ARTICLES.split())


def _small(name: str) -> str:
    """`FRANKFURT AM MAIN` as it is written inside a text; a name that is not all in capitals stays as it is."""
    if not name.isupper():
        return name
    words = re.split(r"([-\s’'/(),.]+)", name.lower())
    region = re.search(r", ([A-Z]{2})$", name)
    written = "".join(
        word if place and word in _SMALL_WORDS else word[:1].upper() + word[1:] for place, word in enumerate(words)
    )
    return written[:-2] + region[1] if region else written
