"""Numbers of enterprises (BCE, KBO): ten digits, the last two of which check the others."""

from __future__ import annotations

from stdnum.be import vat
from stdnum.exceptions import ValidationError


def enterprise_number(text: str) -> str | None:
    """The ten digits somebody wrote (`BE 0418.308.144`, `418308144`), or None where they are no such number."""
    try:
        return str(vat.validate(text.replace("/", "")))
    except ValidationError:
        return None


def written(digits: str) -> str:
    """As it is printed: `0418.308.144`."""
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}"
