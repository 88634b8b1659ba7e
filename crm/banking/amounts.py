"""Amounts as files of the bank write them, as exact cents."""

from __future__ import annotations


def cents_of(text: str) -> int | None:
    """The cents of a decimal such as `12.3`; None where it is no amount. Raises ValueError for a fraction of a cent.

    No sign, no exponent, no more than 18 digits: what the ISO 20022 schema allows.
    """
    whole, point, part = text.strip(" \t\r\n").partition(".")
    digits = whole + part
    if not digits or not (digits.isascii() and digits.isdigit()) or len(digits) > 18 or (point and not part):
        return None
    if part[2:].strip("0"):
        raise ValueError("a fraction of a cent")
    return int(whole or "0") * 100 + int(part[:2].ljust(2, "0"))
