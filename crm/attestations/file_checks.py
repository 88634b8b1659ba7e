"""Our own look at what will be filed: the schema takes everything for text, the administration does not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from crm.attestations.rules import COUNTRIES
from crm.values.enterprise_number import enterprise_number
from crm.values.errors import Invalid
from crm.values.national_number import LENGTH, NationalNumber

LONGEST = {"2010": 20, "2013": 41, "2015": 150, "2017": 50, "2112": 12, "2114": 15}
"""Characters that the file has room for; what is longer is cut, and told."""
_MANDATORY = ("2013", "2015", "2017", "2018")
_BELGIUM = COUNTRIES["BE"]


def flaws(fiches: Iterable[Mapping[str, str]]) -> tuple[str, ...]:
    """`number: what is wrong`, for each thing that would be refused. Says nothing of the donor."""
    found = []
    last = 0
    for zones in fiches:
        number = zones["2009"]
        found += [f"{number}: {flaw}" for flaw in _of(zones)]
        if not number.isdigit() or int(number) <= last:
            found.append(f"{number}: out of order")
        else:
            last = int(number)
    return tuple(found)


def cut(zones: Mapping[str, str], lengths: Mapping[str, int] = LONGEST) -> tuple[str, ...]:
    """The zones that do not fit, where `lengths` say more or less than 2024 did."""
    return tuple(zone for zone, longest in {**LONGEST, **lengths}.items() if len(zones[zone]) > longest)


def _of(zones: Mapping[str, str]) -> Iterable[str]:
    if zones["2011"] and not _is_number(zones["2011"]):
        yield "wrong number of the donor"
    if not all(zones[zone] for zone in _MANDATORY) or bool(zones["2016"]) == bool(zones["2112"]):
        yield "name or address incomplete"
    if not zones["2011"] and zones["2030"] == "1" and not zones["2114"]:
        yield "neither number nor first name"
    is_belgian = zones["2018"] == _BELGIUM
    if is_belgian and not (len(zones["2016"]) == 4 and zones["2016"].isascii() and zones["2016"].isdigit()):
        yield "wrong postcode"
    if zones["2018"] not in COUNTRIES.values():
        yield "unknown country"
    amount = zones["2060"]
    if not amount.isdigit() or int(amount) <= 0 or len(amount) > 11 or zones["2059"] != amount:
        yield "wrong amount"
    if not all(map(str.isprintable, zones.values())):
        yield "signs that cannot be printed"


def _is_number(digits: str) -> bool:
    if len(digits) != LENGTH:
        return enterprise_number(digits) == digits
    try:
        return NationalNumber.parse(digits).digits == digits
    except Invalid:
        return False
