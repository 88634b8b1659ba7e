"""Amounts of the bank as exact decimals: cents in, text out, and back."""

from __future__ import annotations


def decimal(cents: int) -> str:
    """`-12.30` of -1230."""
    whole, part = divmod(abs(cents), 100)
    return f"{'-' if cents < 0 else ''}{whole}.{part:02d}"


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
