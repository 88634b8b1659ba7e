"""How an organisation's number is written in a mail's foot."""

from __future__ import annotations


def enterprise_number(number: str) -> str:
    """A Belgian enterprise number as people read it, `0418.308.144`; anything else is left as it is."""
    digits = "".join(c for c in number if c in "0123456789")
    if len(digits) == 9:
        digits = f"0{digits}"
    return f"{digits[:4]}.{digits[4:7]}.{digits[7:]}" if len(digits) == 10 else number.strip()
