"""Which locality has which postcode, and in which commune, province and region it lies."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Final

from crm.values.belgium.by_hand import GERMAN_SPEAKING
from crm.values.folding import folded
from crm.values.languages import Language

HERE = Path(__file__).parent


class Region(StrEnum):
    """The three regions."""

    BRUSSELS = "brussels"
    FLANDERS = "flanders"
    WALLONIA = "wallonia"


class Province(StrEnum):
    """The ten provinces, and Brussels, which is in none."""

    ANTWERP = "10000"
    FLEMISH_BRABANT = "20001"
    WALLOON_BRABANT = "20002"
    WEST_FLANDERS = "30000"
    EAST_FLANDERS = "40000"
    HAINAUT = "50000"
    LIEGE = "60000"
    LIMBURG = "70000"
    LUXEMBOURG = "80000"
    NAMUR = "90000"
    BRUSSELS = "04000"


FLEMISH: Final = {
    Province.ANTWERP,
    Province.FLEMISH_BRABANT,
    Province.WEST_FLANDERS,
    Province.EAST_FLANDERS,
    Province.LIMBURG,
}
_BRUSSELS_NAMES: Final = frozenset({"bruxelles", "brussel", "brussels"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Locality:
    """A name that may stand behind a postcode. `names` has it in every language that has a name of its own for it."""

    postcode: str
    nis_code: str
    province: Province
    is_municipality: bool
    names: MappingProxyType[Language, str]

    @property
    def region(self) -> Region:
        return _region(self.province)

    @property
    def languages(self) -> tuple[Language, ...]:
        """The official language of the place; two in Brussels."""
        return _languages(self.province, self.nis_code)

    def name(self, language: Language | None = None) -> str:
        """What it is called on an envelope: in `language` where that is spoken there, else as the place says."""
        spoken = self.languages
        return self.names[language if language in spoken else spoken[0]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Suggestion:
    """One line of a completion. `also` is the name that was typed, where the envelope bears another."""

    postcode: str
    locality: str
    nis_code: str
    language: Language
    also: str = ""


def localities(postcode: str, language: Language) -> tuple[str, ...]:
    """Names behind a postcode in that language (the place's own where there is no other), the municipality first."""
    found = (entry.names.get(language) or entry.name() for entry in _by_postcode().get(postcode, ()))
    return tuple(dict.fromkeys(found))


def complete(prefix: str, language: Language, limit: int = 8) -> tuple[Suggestion, ...]:
    """What a beginning may become: postcodes by their digits, names in three languages, accents and case forgiven.

    Of a beginning of names each name comes once before any comes again under another postcode, the municipality of most
    postcodes first: « bru » is Brussels and Bruges before the four of Brugelette. A whole name comes with all of its.
    """
    wanted = compared(prefix)
    if not wanted or limit < 1:
        return ()
    found: dict[tuple[str, str], Suggestion] = {}
    for entry, typed in _in_order(wanted):
        if len(found) == limit:
            break
        name = entry.name(language)
        spoken = entry.languages
        also = "" if typed in ("", name) or compared(typed) == compared(name) else typed
        found.setdefault(
            (entry.postcode, name),
            Suggestion(
                postcode=entry.postcode,
                locality=name,
                nis_code=entry.nis_code,
                language=language if language in spoken else spoken[0],
                also=also,
            ),
        )
    return tuple(found.values())


@lru_cache(maxsize=500)
def _in_order(wanted: str) -> tuple[tuple[Locality, str], ...]:
    keys, entries = _index()
    place = last = bisect_left(keys, wanted)
    while last < len(keys) and keys[last].startswith(wanted):
        last += 1
    several = entries[place:last]
    if wanted[0].isdecimal():
        return tuple(several)
    sizes, times = _sizes(), Counter[str]()

    def order(one: tuple[int, tuple[Locality, str]]) -> tuple[bool, int, bool, int, int]:
        at, (entry, _) = one
        times[keys[place + at]] += 1
        again = times[keys[place + at]]
        is_whole = keys[place + at] == wanted
        return not is_whole, 0 if is_whole else again, not entry.is_municipality, -sizes[entry.nis_code], at

    return tuple(one for _, one in sorted(enumerate(several), key=order))


@cache
def _sizes() -> Counter[str]:
    """How many postcodes each municipality has."""
    return Counter(nis_code for _, nis_code in {(entry.postcode, entry.nis_code) for entry in every_locality()})


def postcode_of(place: str) -> str | None:
    """The postcode of a place as one types it: its four figures, or a name in any language (a city by its middle)."""
    wanted = compared(place)
    if (digits := wanted[:4]).isdecimal():
        return digits if known_postcode(digits) else None
    named = [entry for entry in every_locality() if wanted in map(compared, entry.names.values())]
    return min(named, key=lambda entry: (not entry.is_municipality, entry.postcode)).postcode if named else None


def known_postcode(postcode: str) -> bool:
    """False for a postcode that no street has (some institutions have one of their own)."""
    return postcode in _by_postcode()


def agrees(postcode: str, locality: str) -> bool | None:
    """Whether that locality has that postcode, as far as the tables know; None where they know the name nowhere."""
    wanted = compared(locality)
    if find(postcode, locality):
        return True
    if wanted in _BRUSSELS_NAMES and region_of(postcode) is Region.BRUSSELS:
        return True  # « 1030 Bruxelles » arrives, though the post writes « 1030 Schaerbeek »
    return False if wanted in _all_names() else None


def find(postcode: str, locality: str) -> Locality | None:
    """The locality of that name behind that postcode, in whichever language."""
    return _by_name().get((postcode, compared(locality)))


def spelling(postcode: str, locality: str) -> str:
    """`locality` as it is written (`LIEGE` is `Liège`), or as it stands where that postcode has no such name."""
    entry, wanted = find(postcode, locality), compared(locality)
    meant = [name for name in (entry.names.values() if entry else ()) if compared(name) == wanted]
    return next((name for name in meant if name.casefold() == locality.casefold()), meant[0] if meant else locality)


def nis_of(postcode: str, locality: str = "") -> str | None:
    """NIS code of the municipality; None for an unknown postcode, or one of several and no locality to tell."""
    if locality and (entry := find(postcode, locality)):
        return entry.nis_code
    codes = {entry.nis_code for entry in _by_postcode().get(postcode, ())}
    return codes.pop() if len(codes) == 1 else None


def language_of(code: str) -> tuple[Language, ...]:
    """The languages of a postcode or NIS code: one, or French and Dutch in Brussels; none where it is unknown."""
    entry = _place(code)
    return entry.languages if entry else ()


def province_of(code: str) -> Province | None:
    """The province of a postcode or NIS code."""
    entry = _place(code)
    return entry.province if entry else None


def provinces_in(text: str) -> frozenset[Province]:
    """The province that a place as one writes it lies in (`4000 Liège`, `Maison des droits, Namur`); none where unsure.

    A postcode tells; without one, the last name of a locality, where all localities of that name lie in one province.
    """
    for digits in reversed(_POSTCODE.findall(text)):
        if found := province_of(digits):
            return frozenset({found})
    words, names = compared(text).split(), _provinces_by_name()
    for last in range(len(words), 0, -1):
        for first in range(max(0, last - 5), last):
            several = names.get(" ".join(words[first:last]))
            if several is not None:
                return several if len(several) == 1 else frozenset()
    return frozenset()


def region_of(code: str) -> Region | None:
    """The region of a postcode or NIS code."""
    entry = _place(code)
    return entry.region if entry else None


def name_languages(postcode: str, locality: str) -> tuple[Language, ...]:
    """The languages in which the place bears that name; none where it is unknown."""
    entry, wanted = find(postcode, locality), compared(locality)
    return tuple(language for language, name in entry.names.items() if compared(name) == wanted) if entry else ()


def every_locality() -> tuple[Locality, ...]:
    """All of them, by postcode."""
    return tuple(entry for entries in _by_postcode().values() for entry in entries)


_POSTCODE = re.compile(r"(?<!\d)\d{4}(?!\d)")
_SIGNS = re.compile(r"[-'`´.,()/]+|\s+")
_SAINTS = re.compile(r"^(st|ste|sint|sankt|sanct)(?= )|(?<= )(st|ste)(?= )")
_WHOLE = {"st": "saint", "ste": "sainte", "sankt": "sankt", "sint": "sint", "sanct": "sankt"}


@lru_cache(maxsize=8192)
def compared(name: str) -> str:
    """A name as names of places are compared: `St-Gilles` is `saint gilles`."""
    plain = _SIGNS.sub(" ", folded(name)).strip()
    return _SAINTS.sub(lambda found: _WHOLE[found.group()], plain)


def _region(province: Province) -> Region:
    if province is Province.BRUSSELS:
        return Region.BRUSSELS
    return Region.FLANDERS if province in FLEMISH else Region.WALLONIA


def _languages(province: Province, nis_code: str) -> tuple[Language, ...]:
    if nis_code in GERMAN_SPEAKING:
        return (Language.DE,)
    match _region(province):
        case Region.BRUSSELS:
            return (Language.FR, Language.NL)
        case Region.FLANDERS:
            return (Language.NL,)
        case Region.WALLONIA:
            return (Language.FR,)


def table_rows(name: str) -> Iterator[list[str]]:
    """The lines of a table of this folder, cell by cell, without its head."""
    with (HERE / name).open(encoding="utf-8") as table:
        next(table)
        for line in table:
            yield line.rstrip("\n").split("\t")


@cache
def _by_postcode() -> dict[str, tuple[Locality, ...]]:
    found: dict[str, list[Locality]] = {}
    for postcode, nis_code, code, fr, nl, de in table_rows("municipalities.tsv"):
        names = {Language.FR: fr, Language.NL: nl} | ({Language.DE: de} if de else {})
        found.setdefault(postcode, []).append(
            Locality(
                postcode=postcode,
                nis_code=nis_code,
                province=Province(code),
                is_municipality=True,
                names=MappingProxyType(names),
            )
        )
    for postcode, name, nl in (*table_rows("villages.tsv"), *table_rows("sections.tsv")):
        around = found[postcode][0]
        names = dict.fromkeys(around.languages, name)
        names |= {Language.FR: name, Language.NL: nl} if nl else {}
        found[postcode].append(
            Locality(
                postcode=postcode,
                nis_code=around.nis_code,
                province=around.province,
                is_municipality=False,
                names=MappingProxyType(names),
            )
        )
    reach = Counter(entry.nis_code for entries in found.values() for entry in entries if entry.is_municipality)
    for entries in found.values():  # « 1050 » is Ixelles first, and a corner of the city of Brussels
        entries.sort(key=lambda entry: (not entry.is_municipality, reach[entry.nis_code], compared(entry.name())))
    return {postcode: tuple(entries) for postcode, entries in sorted(found.items())}


@cache
def _provinces_by_name() -> dict[str, frozenset[Province]]:
    found: dict[str, set[Province]] = {}
    for entry in every_locality():
        for name in entry.names.values():
            found.setdefault(compared(name), set()).add(entry.province)
    return {name: frozenset(several) for name, several in found.items()}


@cache
def _by_name() -> dict[tuple[str, str], Locality]:
    return {(entry.postcode, compared(name)): entry for entry in every_locality() for name in entry.names.values()}


@cache
def _all_names() -> frozenset[str]:
    return frozenset(name for _, name in _by_name())


@cache
def _place(code: str) -> Locality | None:
    """Where a postcode or a NIS code is."""
    if len(code) == 5:
        return next((entry for entry in every_locality() if entry.nis_code == code), None)
    return next(iter(_by_postcode().get(code, ())), None)


@cache
def _index() -> tuple[list[str], list[tuple[Locality, str]]]:
    """Everything one may begin to type, sorted: postcodes with their own names, names in every language."""
    found: list[tuple[str, int, str, Locality, str]] = []
    for place, entry in enumerate(every_locality()):
        found.append((entry.postcode, place, "", entry, ""))
        typed = dict.fromkeys((*entry.names.values(), *(f"{entry.postcode} {name}" for name in entry.names.values())))
        found += [(compared(name), place, name, entry, name.removeprefix(f"{entry.postcode} ")) for name in typed]
    found.sort(key=lambda line: line[:3])
    return [line[0] for line in found], [(line[3], line[4]) for line in found]
