"""The structured communication of Belgian transfers: ten digits and their remainder by 97."""

from __future__ import annotations

import re
from dataclasses import dataclass

from crm.values.errors import Invalid

_DIGITS = re.compile(r"\D*(\d{3})\D*(\d{4})\D*(\d{5})\D*", re.ASCII)
_SIGNS = re.compile(r"[\d+*/\s.-]*", re.ASCII)
_LONGEST = 40


@dataclass(frozen=True, slots=True)
class StructuredCommunication:
    """Twelve digits whose last two check the ten before. `str()` writes it as it is printed: `+++123/4567/89012+++`."""

    digits: str

    @classmethod
    def of(cls, number: int) -> StructuredCommunication:
        """The communication of a number of up to ten digits."""
        if not 0 <= number < 10**10:
            raise Invalid("a structured communication has ten digits and two that check them")
        return cls(f"{number:010d}{_check(number):02d}")

    @classmethod
    def parse(cls, text: str) -> StructuredCommunication:
        """Reads one, with `+`, `*`, `/`, spaces or nothing between its digits. Raises Invalid for anything else."""
        found = _DIGITS.fullmatch(text) if len(text) <= _LONGEST and _SIGNS.fullmatch(text) else None
        digits = "".join(found.groups()) if found else ""
        if not fits(digits):
            raise Invalid("this is no structured communication", field="communication")
        return cls(digits)

    def __str__(self) -> str:
        return f"+++{self.digits[:3]}/{self.digits[3:7]}/{self.digits[7:]}+++"


def fits(digits: str) -> bool:
    """Whether twelve digits are ten and their check."""
    return len(digits) == 12 and digits.isascii() and digits.isdigit() and int(digits[10:]) == _check(int(digits[:10]))


def _check(number: int) -> int:
    return number % 97 or 97
