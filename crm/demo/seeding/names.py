"""Names, streets and towns as they occur in Belgium: the frequent often, the rare now and then."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from itertools import accumulate
from pathlib import Path
from random import Random

from crm.values.belgium.localities import Locality, Region, every_locality
from crm.values.languages import Language

_TOLD = json.loads((Path(__file__).parent / "words.json").read_text(encoding="utf-8"))
_TWO_WORDS = re.compile(r"(?:El|Di|Da|De|Van den|Van de|Van|Op de|Van der) \S+|\S+")
_RARE = 0.35
"""Of so many the surname is a rare one, put together from a stem and an ending."""
_REGIONS = {Region.WALLONIA: 0.62, Region.BRUSSELS: 0.22, Region.FLANDERS: 0.16}


@dataclass(frozen=True, slots=True)
class Weighted:
    """Things with how often they occur."""

    things: tuple[str, ...]
    heaped: tuple[float, ...]

    def draw(self, chance: Random, count: int) -> list[str]:
        return chance.choices(self.things, cum_weights=self.heaped, k=count)


def _frequent(things: Sequence[str]) -> Weighted:
    """The first is the most frequent, as surnames are: Zipf, a little flattened."""
    return Weighted(tuple(things), tuple(accumulate(1 / (rank + 6) for rank in range(len(things)))))


@cache
def first_names(language: Language) -> Weighted:
    """First names of a language, the most frequent first."""
    return _frequent(_TOLD["first"][language].split())


@cache
def last_names(language: Language) -> Weighted:
    """Surnames of a language, the most frequent first."""
    return _frequent(_TWO_WORDS.findall(_TOLD["last"][language]))


def surnames(chance: Random, language: Language, count: int) -> list[str]:
    """So many surnames, some of them rare."""
    frequent = last_names(language).draw(chance, count)
    stems, endings = _TWO_WORDS.findall(_TOLD["stems"][language]), _TOLD["endings"][language].split()
    return [
        chance.choice(stems) + chance.choice(endings) if chance.random() < _RARE else surname for surname in frequent
    ]


@cache
def streets(language: Language) -> Weighted:
    """Streets of a language: those of every village first, then others."""
    told = language if language in _TOLD["streets"] else Language.FR
    kinds, names = (_TOLD[part][told].split("|") for part in ("street_kinds", "street_names"))
    others = [f"{kind} {name}" if told is Language.FR else f"{name}{kind}" for name in names for kind in kinds]
    return _frequent([*_TOLD["streets"][told].split("|"), *others])


@cache
def towns() -> tuple[tuple[Locality, ...], tuple[float, ...]]:
    """Every locality, and how many supporters live there: more in cities, more where French is spoken."""
    cities = {code: float(weight) for code, weight in (pair.split() for pair in _TOLD["cities"].split("|"))}
    found = every_locality()
    raw = [cities.get(one.postcode, 0.8) if one.is_municipality else 0.1 for one in found]
    whole = {region: sum(w for one, w in zip(found, raw, strict=True) if one.region is region) for region in _REGIONS}
    weights = (w / whole[one.region] * _REGIONS[one.region] for one, w in zip(found, raw, strict=True))
    return found, tuple(accumulate(weights))


def organisation(chance: Random, language: Language, place: str, name: str) -> str:
    """What a body of that place may be called."""
    told = language if language in _TOLD["organisations"] else Language.FR
    pattern: str = chance.choice(_TOLD["organisations"][told].split("|"))
    return pattern.format(place=place, name=name)


def mail_houses() -> list[str]:
    """Where made-up people have their mailboxes: nothing ever leaves for a domain under `.test`."""
    found: list[str] = _TOLD["mail_houses"].split()
    return found


def tags() -> list[str]:
    """Words a team puts on people."""
    found: list[str] = _TOLD["tags"].split("|")
    return found
