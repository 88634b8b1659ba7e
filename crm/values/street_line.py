"""The line of an envelope that names the door: street, number and box, written and read."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

from crm.values.languages import Language

BOX_WORDS: Final = {Language.FR: "bte", Language.NL: "bus", Language.DE: "box", Language.EN: "box"}
"""What stands before the number of a letterbox (bpost: never a slash, a dash or a lone letter).

The law knows « boîte », « bte », « bus » and « box », and no German word (royal decree of 24 April 2014, art. 34): a
« Postfach » is a box at a post office.
"""
_FRENCH_BOXES: Final = frozenset({"FR", "LU", "MC"})
_NAMED_BOX: Final = re.compile(
    r"(?:ap(?:t|pt|p|artment|partement|\.)|flat|suite|ste|unit|room|b[âa]t(?:iment)?|bloc|block|esc(?:alier)?|porte|"
    r"door|piso|puerta|int(?:erno)?|scala|top|stiege|wohnung|whg)\b\.?\s*\w",
    re.IGNORECASE,
)
"""A box abroad that says itself what it is: no word of ours stands before it."""

_NUMBER_FIRST: Final = (
    "AU BF BJ BI CA CD CF CG CI CM DJ DZ FR GA GB GF GG GH GI GN GP GY HT IE IM IN JE JM KE KM LK LU MA MC MG ML MQ MR "
    "MT MU MW NA NC NE NG NZ PF PG PH PK PM RE RW SG SL SN TD TG TN TT TZ UG US VG VI WF YT ZA ZM ZW"
)
NUMBER_FIRST: Final = frozenset(_NUMBER_FIRST.split())
"""Countries that write the number before the street."""


LONGEST_NUMBER: Final = 20
LONGEST_BOX: Final = 20


@dataclass(frozen=True, kw_only=True, slots=True)
class Door:
    """What such a line says. `language` is that of the word before the box; `complement` a floor typed at the end."""

    street: str = ""
    number: str = ""
    box: str = ""
    complement: str = ""
    language: Language | None = None


_BOXES: Final = {
    "bte": Language.FR,
    "boîte": Language.FR,
    "boite": Language.FR,
    "boit": Language.FR,
    "bt": Language.FR,
    "bus": Language.NL,
    "postfach": Language.DE,
    "briefkasten": Language.DE,
    "bfk": Language.DE,
}
"""« Box » is said in every language."""
_BOX_WORD = r"(?P<word>bte|boîte|boite|boit|bt|bus|postfach|briefkasten|bfk|box)\b\.?(?:\s*(?:n°|nr\.?|:))?\s*"
_NUMBER = r"\d{1,5}(?:\s?(?:bis|ter|quater)\b)?(?:\s?[A-Za-z]\b)?(?:\s?[-+]\s?\d{1,5}[A-Za-z]?\b)?"
_TAIL = (
    rf"(?:,?\s*\b{_BOX_WORD}(?P<said>\S.*)"
    r"|\s*[/#]\s*(?P<slashed>[0-9A-Za-z][0-9A-Za-z./-]*)"
    r"|\s?[Bb]\.?\s?(?P<lettered>\d[0-9A-Za-z.]*))"
)
_HOUSE = re.compile(rf"(?P<number>{_NUMBER}){_TAIL}?", re.IGNORECASE)
_BEFORE_HOUSE = re.compile(r"(?:^|[\s,]+)(?:n°\s?)?(?=\d)", re.IGNORECASE)
_LONE_BOX = re.compile(
    r".*(?<! du)(?<! des)(?<! de)(?<! le)(?<! la)(?<! les)\s(?:bte|bt|bfk|bus|box|postfach)", re.IGNORECASE
)
_BOX_TYPED = re.compile(rf"{_BOX_WORD}(?P<said>\S.*)", re.IGNORECASE)
_ANY_BOX = re.compile(_BOX_WORD, re.IGNORECASE)
_BOX_ALONE = re.compile(rf"(?P<street>.+?)[\s,]+{_BOX_WORD}(?P<said>\S.*)", re.IGNORECASE)
_FIRST = re.compile(
    rf"(?P<number>{_NUMBER})(?:\s*,\s*|\s+)(?P<street>(?:\d+(?:st|nd|rd|th)\b|[^\W\d]).*)", re.IGNORECASE
)
_LAST = re.compile(rf"(?P<street>.*?[^\W\d].*?)[\s,]+(?P<number>{_NUMBER}(?:/\w+)?)", re.IGNORECASE)
_KINDS = (
    r"rue|r\.|avenue|av\.|boulevard|bd|boul|place|pl\.|chauss|chée|quai|square|sq\.|clos|allée|chemin|route|impasse|"
    r"drève|cour|sentier|venelle|cité|voie|galerie|passage|rond-point|résidence|parvis|esplanade|montagne|mont|faubourg"
)
_FRENCH_STREET = re.compile(rf"(?:{_KINDS})", re.IGNORECASE)
_PO_BOX = re.compile(
    r"(?:b\.?\s?p\.?|boîte postale|boite postale|postbus|postfach|p\.?\s?o\.?\s?box)\s*\d.*", re.IGNORECASE
)
_MONTHS = (
    r"janvier|février|fevrier|mars|avril|mai|juin|juillet|août|aout|septembre|octobre|novembre|décembre|decembre|"
    r"januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december"
)
_DATED = re.compile(rf".*\b(?:{_MONTHS})\s+(?:1789|1[89]\d\d)", re.IGNORECASE)
_ANY_FLOOR = re.compile(r"tage\b|ét\.|verd|stock|\brez|\brdc|gelijkvloers|\bap", re.IGNORECASE)
_FLOOR = re.compile(
    r"(?P<before>.*\d.*?)[\s,]+(?P<floor>(?:\d{1,2}\s?(?:er|ère|e|ème|eme|de|ste)?\s(?:étage|etage|ét\.|verdieping|verd\.|stock)"
    r"|(?:étage|etage|verdieping)\s\d{1,2}|rez(?:-de-chaussée)?|rdc|gelijkvloers"
    r"|(?:appartement|appt|app|apt)\.?\s?[0-9A-Z.]{1,6}))",
    re.IGNORECASE,
)


def is_po_box(street: str) -> bool:
    """True for `BP 12` or `Postbus 4`: a box at a post office, which has no house number."""
    return _PO_BOX.fullmatch(street) is not None


def street_line(*, street: str, number: str, box: str, country: str, language: Language) -> str:
    """The line as it is printed: `Rue de la Loi 16 bte 3`.

    Abroad the number stands where that country puts it, and the word before the box is one that is read there.
    """
    door = (number, street) if country in NUMBER_FIRST else (street, number)
    return " ".join(part for part in (*door, _word_before(box, country, language), box) if part)


def _word_before(box: str, country: str, language: Language) -> str:
    if not box:
        return ""
    if country == "BE":
        return BOX_WORDS[language]
    if _NAMED_BOX.match(box):
        return ""
    return BOX_WORDS[Language.FR if country in _FRENCH_BOXES else Language.EN]


def bare_box(typed: str) -> tuple[str, Language | None]:
    """What was typed for a box without the word before it, and the language of that word."""
    box, language = typed.strip(" ,;"), None
    while found := _BOX_TYPED.fullmatch(box):
        box, language = found["said"].strip(" ,;"), language or _BOXES.get(found["word"].lower())
    return box.lstrip("/#- ") or box, language


def read_street_line(line: str, *, country: str) -> Door:
    """The parts of such a line. What is not understood stays in `street`.

    A year behind a month (`Rue du 8 Mai 1945`) belongs to the street, never to the house.
    """
    text = " ".join(line.split()).strip(" ,;")
    door = _belgian(text) if country == "BE" else _foreign(text, number_first=country in NUMBER_FIRST)
    if len(door.number) > LONGEST_NUMBER:
        return Door(street=text)
    if door.box and door.box != (bare := bare_box(door.box)[0]):
        door = replace(door, box=bare)
    if len(door.box) > LONGEST_BOX:  # « bte au fond du couloir à gauche » says where, it is no box
        word = BOX_WORDS[door.language or Language.FR]
        complement = ", ".join(part for part in (f"{word} {door.box}", door.complement) if part)
        return replace(door, box="", complement=complement)
    return door


def _foreign(text: str, *, number_first: bool) -> Door:
    boxed = _boxed(text) or Door(street=text)
    found = (_FIRST if number_first else _LAST).fullmatch(boxed.street)
    if found:
        return replace(boxed, street=found["street"].rstrip(" ,"), number=found["number"])
    return boxed


def _belgian(text: str) -> Door:
    floor = None if is_po_box(text) or not _ANY_FLOOR.search(text) else _FLOOR.fullmatch(text)
    inside = _belgian(floor["before"].rstrip(" ,")) if floor else Door()
    if floor and inside.number:
        return replace(inside, complement=", ".join(part for part in (inside.complement, floor["floor"]) if part))
    if is_po_box(text) or (text[-4:].isdigit() and _DATED.fullmatch(text)):
        return Door(street=text)
    return _french(text) or _numbered(text) or _boxed(text) or Door(street=text)


def _numbered(text: str) -> Door | None:
    """Street, number, and perhaps a box: the first number behind which nothing stands but a box."""
    for before in _BEFORE_HOUSE.finditer(text):
        house = _HOUSE.fullmatch(text, before.end())
        if house:
            street = text[: before.start()].rstrip(" ,")
            box = house["said"] or house["slashed"] or house["lettered"] or ""
            language = _BOXES.get((house["word"] or "").lower())
            number = Door(street=street, number=house["number"], box=box, language=language)
            return None if _LONE_BOX.fullmatch(street) else number
    return None


def _boxed(text: str) -> Door | None:
    """A box without a number."""
    alone = _BOX_ALONE.fullmatch(text) if _ANY_BOX.search(text) else None
    if not alone:
        return None
    return Door(street=alone["street"].rstrip(" ,"), box=alone["said"], language=_BOXES.get(alone["word"].lower()))


def _french(text: str) -> Door | None:
    """`16, rue de la Loi bte 3`, as people write who come from France."""
    if not text[:1].isdigit():
        return None
    boxed = _boxed(text) or Door(street=text)
    first = _FIRST.fullmatch(boxed.street)
    if first and _FRENCH_STREET.match(first["street"]) and not _numbered(boxed.street):
        return replace(boxed, street=first["street"], number=first["number"])
    return None
