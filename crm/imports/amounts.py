"""Amounts as files write them, in integer cents. No float ever touches one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from enum import StrEnum


class Notation(StrEnum):
    """What stands before the cents: a comma as in Belgium, or a point as in English and in workbooks."""

    COMMA = "comma"
    POINT = "point"


ENOUGH = 0.9

_MONEY = re.compile(r"(?i)^(?:eur|€)\s*|\s*(?:eur|euros?|€)$")
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_SHAPE = {
    Notation.COMMA: re.compile(r"([+-]?)(\d{1,3}(?:[.'’\s]\d{3})+|\d+)(?:,(\d+))?"),
    Notation.POINT: re.compile(r"([+-]?)(\d{1,3}(?:[,'’\s]\d{3})+|\d+)(?:\.(\d+))?"),
}
_LONGEST = 24


def cents_of(text: str, how: Notation) -> int | None:
    """The cents a cell means, or None where it means none: more than two decimals are no amount, unless noughts."""
    plain = _SPACES.sub(" ", text.strip().replace("\u2212", "-"))
    plain = _MONEY.sub("", plain).strip()
    if plain.endswith("-") and not plain.startswith(("-", "+")):
        plain = "-" + plain[:-1].strip()
    found = _SHAPE[how].fullmatch(plain) if plain.isascii() or "’" in plain else None
    if not found or len(plain) > _LONGEST:
        return None
    sign, whole, decimals = found.group(1), re.sub(r"\D", "", found.group(2)), (found.group(3) or "").rstrip("0")
    if len(decimals) > 2:
        return None
    cents = int(whole) * 100 + int(decimals.ljust(2, "0"))
    return -cents if sign == "-" else cents


def notations_of(texts: Iterable[str]) -> tuple[Notation, ...]:
    """The notations that read (nearly) all of these cells; the Belgian one where both say the same of each.

    A notation that only reads what the other reads too, and less, is left out.
    """
    cells = [text for text in texts if text]
    if not cells:
        return ()
    read = {how: [cents_of(cell, how) for cell in cells] for how in Notation}
    if read[Notation.COMMA] == read[Notation.POINT]:
        return (Notation.COMMA,) if any(value is not None for value in read[Notation.COMMA]) else ()
    known = {how: {i for i, value in enumerate(values) if value is not None} for how, values in read.items()}
    good = {how: rows for how, rows in known.items() if len(rows) >= ENOUGH * len(cells)}
    return tuple(how for how, rows in good.items() if not any(rows < other for other in good.values()))
