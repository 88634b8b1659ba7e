"""How far postcodes lie apart, as the crow flies from centre to centre."""

from __future__ import annotations

from functools import cache, lru_cache
from math import asin, cos, radians, sin, sqrt
from typing import Final

from crm.values.belgium.localities import table_rows

Point = tuple[float, float]
"""Latitude and longitude, in degrees."""
FARTHEST_KM: Final = 300
"""Belgium is no longer than this: who lives nearer than that to anywhere in it lives in it."""
_EARTH_KM: Final = 12_742.0


def centre_of(postcode: str) -> Point | None:
    """Where a postcode lies; None of one that no place has."""
    return _centres().get(postcode)


@lru_cache(maxsize=512)
def postcodes_within(postcode: str, kilometres: int) -> frozenset[str]:
    """The postcodes less than that many kilometres away, itself among them; none around one that lies nowhere."""
    here = centre_of(postcode)
    if here is None:
        return frozenset()
    return frozenset(other for other, there in _centres().items() if far_between(here, there) < kilometres)


def far_between(one: Point, other: Point) -> float:
    """Kilometres between two points (haversine, of a round earth: half a percent at most)."""
    north, east, south, west = (radians(degrees) for degrees in (*one, *other))
    half = sin((south - north) / 2) ** 2 + cos(north) * cos(south) * sin((west - east) / 2) ** 2
    return _EARTH_KM * asin(sqrt(half))


@cache
def _centres() -> dict[str, Point]:
    return {code: (float(lat), float(lon)) for code, lat, lon, _ in table_rows("centres.tsv")}
