"""Numbers of enterprises (BCE, KBO): ten digits, the last two of which check the others."""

from __future__ import annotations

import re

from stdnum.be import vat
from stdnum.exceptions import ValidationError

from crm.values.errors import Invalid

LONGEST_TYPED = 40
"""Signs somebody may need to write a number down, with what stands before it."""
_BEFORE = re.compile(
    r"(?:(?:n°|no|nr|num[ée]ro|tva|btw|vat|mwst|bce|kbo|zdu|rpm|rpr|ust|id|nummer|d['’]entreprise)[\s.:/-]*)+",
    re.IGNORECASE,
)


def enterprise_number(text: str) -> str | None:
    """The ten digits somebody wrote (`BE 0418.308.144`, `TVA 418308144`), or None where they are no such number."""
    try:
        return str(vat.validate(_BEFORE.sub("", text[:LONGEST_TYPED].strip(), count=1).replace("/", "")))
    except ValidationError:
        return None


def read(text: str, *, field: str = "enterprise_number") -> str:
    """The same, or an empty text where nothing is written. Raises `Invalid` (with `field`)."""
    number = enterprise_number(text) if text.strip() else ""
    if number is None or len(text) > LONGEST_TYPED:
        raise Invalid("no number of an enterprise", field=field)
    return number


def written(digits: str) -> str:
    """As it is printed: `0418.308.144`."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"


def shown(held: str) -> str:
    """A number as one reads it; what is held otherwise as it stands."""
    return written(held) if len(held) == 10 and held.isdigit() else held
