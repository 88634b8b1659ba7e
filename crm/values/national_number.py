"""National register numbers and BIS numbers: told from other digits, found in a text, never shown whole.

A number has eleven digits and its own check (the number modulo 97, with a 2 before it for births since 2000). The law
of 8 August 1983 lets us keep one for the tax attestation only, so that everything here ends in a mask.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from stdnum.be import bis, nn

from crm.values.errors import Invalid

LENGTH = 11
MASK = "••.••.••-•••.••"

_GROUPS = re.compile(r"\d+")
_BETWEEN = re.compile(r"[\s.,:;/|*_'’·‐‑‒–—−-]{1,4}")
"""What people write between the digits of one number; four in a row at most (« 85 . 07 »)."""


class NationalNumberInvalid(Invalid):
    """Eleven digits whose check is wrong, or something else altogether."""

    def __init__(self) -> None:
        super().__init__("this is not a national number: its check digits do not fit", field="national_number")


@dataclass(frozen=True, slots=True, order=True, repr=False)
class NationalNumber:
    """A number whose check fits. Neither `str` nor `repr` tells it: only `digits` does."""

    digits: str

    @classmethod
    def parse(cls, text: str) -> NationalNumber:
        """The number somebody wrote, in any usual spelling. Raises `NationalNumberInvalid`."""
        groups = _GROUPS.findall(text)
        digits = _ascii("".join(groups))
        if len(digits) != LENGTH or re.search(r"[^\W\d_]", text) or not _fits(digits):
            raise NationalNumberInvalid
        return cls(digits)

    @property
    def masked(self) -> str:
        """As pages show it: the digits that say a birthday are hidden too."""
        return MASK

    @property
    def written(self) -> str:
        """As it is printed on an attestation: `85.07.30-033.28`."""
        d = self.digits
        return f"{d[:2]}.{d[2:4]}.{d[4:6]}-{d[6:9]}.{d[9:]}"

    def __str__(self) -> str:
        return MASK

    def __repr__(self) -> str:
        return f"NationalNumber({MASK})"


def redacted(text: str) -> tuple[str, tuple[NationalNumber, ...]]:
    """`text` with every national number masked, and the numbers that stood in it, each once."""
    if sum(map(str.isdigit, text)) < LENGTH:
        return text, ()
    found: list[NationalNumber] = []
    out, last = [], 0
    for start, end, digits in _places(text):
        out += [text[last:start], MASK]
        last = end
        if (number := NationalNumber(digits)) not in found:
            found.append(number)
    return "".join([*out, text[last:]]), tuple(found)


def _places(text: str) -> Iterator[tuple[int, int, str]]:
    """Where numbers stand: whole groups of digits, nothing but separators between them, eleven digits together.

    A group is never cut: an IBAN or a structured communication does not hold a number by chance.
    """
    groups = list(_GROUPS.finditer(text))
    at = 0
    while at < len(groups):
        for upto in range(at, min(at + LENGTH, len(groups))):
            if upto > at and not _BETWEEN.fullmatch(text, groups[upto - 1].end(), groups[upto].start()):
                break
            digits = "".join(group.group() for group in groups[at : upto + 1])
            if len(digits) > LENGTH:
                break
            if len(digits) == LENGTH and _fits(_ascii(digits)):
                yield groups[at].start(), groups[upto].end(), _ascii(digits)
                at = upto
                break
        at += 1


def _ascii(digits: str) -> str:
    return digits if digits.isascii() else "".join(str(unicodedata.decimal(digit)) for digit in digits)


def _fits(digits: str) -> bool:
    rest, check = int(digits[:9]), int(digits[9:])
    if check not in {97 - rest % 97, 97 - (2_000_000_000 + rest) % 97}:
        return False
    return nn.is_valid(digits) or bis.is_valid(digits)
