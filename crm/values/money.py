"""Amounts of euro, in integer cents. No float ever touches one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from enum import StrEnum

from crm.values.errors import Invalid


class Notation(StrEnum):
    """What stands before the cents: a comma as in Belgium, or a point as in English and in workbooks."""

    COMMA = "comma"
    POINT = "point"


_MONEY = re.compile(r"(?i)^(?:eur|€)\s*|\s*(?:eur|euros?|€)$")
_SPACES = re.compile("[ \u00a0\u202f\u2009]")
_SHAPE = {
    Notation.COMMA: re.compile(r"([+-]?)(\d{1,3}(?:[.'’\s]\d{3})+|\d+)(?:,(\d+))?"),
    Notation.POINT: re.compile(r"([+-]?)(\d{1,3}(?:[,'’\s]\d{3})+|\d+)(?:\.(\d+))?"),
}
_TWO_THINGS = re.compile(r"[+-]?\d{1,3}[.,]\d\d0")
_LONGEST = 24


def cents_of(text: str, how: Notation) -> int | None:
    """The cents a text means, or None where it means none.

    More than two decimals are no amount, unless noughts; three are none at all: « 1,250 » is a thousand elsewhere.
    """
    plain = _plain(text)
    found = _SHAPE[how].fullmatch(plain) if plain.isascii() or "’" in plain else None
    if not found or len(plain) > _LONGEST:
        return None
    sign, whole, written = found.group(1), re.sub(r"\D", "", found.group(2)), found.group(3) or ""
    decimals = written.rstrip("0")
    if len(decimals) > 2 or len(written) == 3:
        return None
    cents = int(whole) * 100 + int(decimals.ljust(2, "0"))
    return -cents if sign == "-" else cents


def could_be_two(text: str) -> bool:
    """True of « 1,250 » and « 1.250 »: a thousand and more in one notation, three decimals in the other."""
    return bool(_TWO_THINGS.fullmatch(_plain(text)))


def _plain(text: str) -> str:
    """The digits and their signs, without the currency; a minus behind comes first."""
    plain = _SPACES.sub(" ", text.strip().replace("\u2212", "-"))
    plain = _MONEY.sub("", plain).strip()
    return "-" + plain[:-1].strip() if plain.endswith("-") and not plain.startswith(("-", "+")) else plain


def typed(text: str, *, field: str = "amount") -> int:
    """The cents somebody typed into a field, as one writes in Belgium or with a point. Raises Invalid."""
    hows = (Notation.COMMA,) if could_be_two(text) else (Notation.COMMA, Notation.POINT)
    for how in hows:
        if (cents := cents_of(text, how)) is not None:
            return cents
    raise Invalid("this is no amount", field=field)


def exact(cents: int) -> str:
    """An amount as files and programs read it: `-1234` is "-12.34"."""
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02d}"


def euros(cents: int) -> Decimal:
    """The same amount as a number that prints as `exact` does."""
    return Decimal(cents).scaleb(-2)


def shared(cents: int, weights: Sequence[int]) -> tuple[int, ...]:
    """`cents` in parts as the weights are to one another, to the cent; each part has the sign of `cents`.

    Whoever loses most by rounding down gets the cent that is left, the first of equals. Weights are not negative, and
    not all nought unless `cents` is.
    """
    whole, amount = sum(weights), abs(cents)
    if not whole:
        if cents:
            raise ValueError("nothing to share among")
        return tuple(0 for _ in weights)
    parts = [amount * weight // whole for weight in weights]
    lost = sorted(range(len(weights)), key=lambda i: (-(amount * weights[i] % whole), i))
    for i in lost[: amount - sum(parts)]:
        parts[i] += 1
    return tuple(-part if cents < 0 else part for part in parts)
