"""Reads a file of the bank, whichever it is; national numbers are masked before anything leaves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import IO, Any

from crm.banking import camt, coda
from crm.banking.errors import FileRefused, Refused
from crm.banking.model import Line, Piece
from crm.values.national_number import NationalNumber, redacted

_HEAD = 512
_BOMS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
_TYPED = ("communication", "counterparty_name", "counterparty_address", "end_to_end_id", "note")
"""Where people type: a national number can stand in any of these."""


def pieces(stream: IO[bytes]) -> Iterator[Piece]:
    """What a file holds, as it stands. `stream` can be sought. Raises `FileRefused`, and nothing else."""
    head = stream.read(_HEAD)
    stream.seek(0)
    plain = head
    for bom in _BOMS:
        plain = plain.removeprefix(bom)
    plain = plain.strip(b" \t\r\n\x00\x1a")
    if not plain:
        raise FileRefused(Refused.EMPTY, line=1, column=1)
    if plain[:1] == b"<":
        return camt.read(stream)
    if plain[:1].isdigit():
        return coda.read(stream)
    raise FileRefused(Refused.UNKNOWN_FORMAT, line=1, column=1)


def masked(line: Line) -> tuple[Line, tuple[NationalNumber, ...]]:
    """A line without the national numbers that people typed in it, and these numbers."""
    changed: dict[str, Any] = {}
    found: list[NationalNumber] = []
    for name in _TYPED:
        text = getattr(line, name)
        if text is not None:
            clean, numbers = redacted(text)
            if numbers:
                changed[name] = clean
                found += [number for number in numbers if number not in found]
    return (replace(line, **changed) if changed else line), tuple(found)
