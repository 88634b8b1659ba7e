"""The file of income year 2024, Belcotax-2024.xsd: elements in the order of its sequences, control totals at the end.

Of the sums the documentation says: records of a declaration are its fiches and two more, of a file those of its
declarations and two more again.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from html import escape

from crm.attestations.file_checks import LONGEST
from crm.foundation.settings import Organisation

_ZONES = (
    ("f2002_inkomstenjaar", "2002"),
    ("f2005_registratienummer", "2005"),
    ("f2008_typefiche", "2008"),
    ("f2009_volgnummer", "2009"),
    ("f2010_referentie", "2010"),
    ("f2011_nationaalnr", "2011"),
    ("f2013_naam", "2013"),
    ("f2015_adres", "2015"),
    ("f2016_postcodebelgisch", "2016"),
    ("f2017_gemeente", "2017"),
    ("f2018_landwoonplaats", "2018"),
    ("f2027_taalcode", "2027"),
    ("f2028_typetraitement", "2028"),
    ("f2029_enkelopgave325", "2029"),
    ("f2112_buitenlandspostnummer", "2112"),
    ("f2114_voornamen", "2114"),
    ("f71_2030_aardschenker", "2030"),
    ("f71_2045_uitreikingopbasisvan", "2045"),
    ("f71_2059_totaalcontrole", "2059"),
    ("f71_2060_bedragliberaliteiten", "2060"),
)
YEAR = 2024
BESIDE = (2, 4)
"""Records of a declaration beside its fiches, and of the whole file: what its control totals count."""
_FRENCH = "2"
_SAYS_EMPTY = "f71_2045"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dialect:
    """Where a later year differs from 2024: the word of a test, names of elements, room for zones."""

    test_word: str = "BCTEST"
    names: Mapping[str, str] = field(default_factory=dict)
    lengths: Mapping[str, int] = field(default_factory=dict)

    def name(self, element: str) -> str:
        """What an element is called there; empty where it is left out."""
        return self.names.get(element, element)


PLAIN = Dialect()


@dataclass(frozen=True, kw_only=True, slots=True)
class Sender:
    """Who sends, and when."""

    organisation: Organisation
    enterprise_number: str
    year: int
    made_on: date
    is_correction: bool
    is_test: bool
    answers: str = ""
    dialect: Dialect = PLAIN


def xml(sender: Sender, fiches: Iterable[Mapping[str, str]]) -> Iterator[str]:
    """The file, a piece at a time."""
    known, year, number = sender.organisation, str(sender.year), sender.enterprise_number
    name, street = known.legal_name, known.street[:32]

    def elements(*pairs: tuple[str, str]) -> str:
        return told(sender.dialect, pairs)

    yield '<?xml version="1.0" encoding="UTF-8"?>\n<Verzendingen><Verzending>\n'
    yield elements(
        ("v0002_inkomstenjaar", year),
        ("v0010_bestandtype", sender.dialect.test_word if sender.is_test else "BELCOTAX"),
        ("v0011_aanmaakdatum", f"{sender.made_on:%d-%m-%Y}"),
        ("v0014_naam", name[:41]),
        ("v0015_adres", street),
        ("v0016_postcode", known.postcode[:4]),
        ("v0017_gemeente", known.locality[:27]),
        ("v0018_telefoonnummer", _phone(known)),
        ("v0021_contactpersoon", known.name[:34]),
        ("v0022_taalcode", _FRENCH),
        ("v0023_emailadres", known.email[:44]),
        ("v0024_nationaalnr", number),
        ("v0025_typeenvoi", "1" if sender.is_correction else "0"),
        ("v0026_referte", sender.answers[:6] if sender.is_correction else ""),
        ("v0028_landwoonplaats", "00000"),
    )
    yield "<Aangiften><Aangifte>\n"
    yield elements(
        ("a1002_inkomstenjaar", year),
        ("a1005_registratienummer", number),
        ("a1011_naamnl1", name[:28]),
        ("a1012_naamnl2", name[28:59]),
        ("a1013_adresnl", street),
        ("a1014_postcodebelgisch", known.postcode[:4]),
        ("a1015_gemeente", known.locality[:27]),
        ("a1016_landwoonplaats", "00000"),
        ("a1020_taalcode", _FRENCH),
    )
    yield "<Opgaven><Opgave32571>\n"
    count = numbers = cents = 0
    places = _places(sender.dialect)
    for zones in fiches:
        count, numbers, cents = count + 1, numbers + int(zones["2009"]), cents + int(zones["2060"])
        said = [
            f"<{name}>{escape(value[:longest], quote=False)}</{name}>"
            for name, zone, longest, is_told_empty in places
            if (value := zones[zone]) or is_told_empty
        ]
        yield f"<Fiche28171>{''.join(said)}</Fiche28171>\n"
    yield "</Opgave32571></Opgaven>\n"
    yield elements(
        ("r8002_inkomstenjaar", year),
        ("r8005_registratienummer", number),
        ("r8010_aantalrecords", str(count + BESIDE[0])),
        ("r8011_controletotaal", str(numbers)),
        ("r8012_controletotaal", str(cents)),
        ("r8013_totaalvoorheffingen", "0"),
    )
    yield "</Aangifte></Aangiften>\n"
    yield elements(
        ("r9002_inkomstenjaar", year),
        ("r9010_aantallogbestanden", "3"),
        ("r9011_totaalaantalrecords", str(count + BESIDE[1])),
        ("r9012_controletotaal", str(numbers)),
        ("r9013_controletotaal", str(cents)),
        ("r9014_controletotaal", "0"),
    )
    yield "</Verzending></Verzendingen>\n"


def flaws_of_sender(known: Organisation) -> tuple[str, ...]:
    """What the settings lack of what a sender has to say of itself."""
    said = {"phone": _phone(known), "name": known.name, "email": known.email}
    return tuple(f"the settings lack {name}" for name, value in said.items() if not value.strip())


def _phone(known: Organisation) -> str:
    return "".join(sign for sign in known.phone if sign.isdigit())[:12]


def _places(dialect: Dialect) -> list[tuple[str, str, int | None, bool]]:
    """(element, zone, room, whether it stands there empty) of each that this dialect has, in order."""
    room = {**LONGEST, **dialect.lengths}
    found = [(dialect.name(element), zone, room.get(zone), element.startswith(_SAYS_EMPTY)) for element, zone in _ZONES]
    return [one for one in found if one[0]]


def told(dialect: Dialect, pairs: Iterable[tuple[str, str]]) -> str:
    """Elements in their order; what is empty is left out, but for the item of the law: its emptiness says something."""
    return "".join(
        f"<{name}>{escape(value, quote=False)}</{name}>"
        for element, value in pairs
        if (value or element.startswith(_SAYS_EMPTY)) and (name := dialect.name(element))
    )
