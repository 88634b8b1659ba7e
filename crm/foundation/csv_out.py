"""Cells that leave the house: a spreadsheet must show them, never run them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import IO

_STARTERS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20", "|", "%")
_PLAIN = re.compile(r"[+-]?\d[\d .,\u00a0\u202f]*%?|\+\d[\d /().]*|\+{3}\d{3}/\d{4}/\d{5}\+{3}")
"""Numbers, phone numbers and structured communications stay what they are."""

_LEADING = " \"';,\u00a0"


def csv_cell(text: str) -> str:
    """`text` as a cell that no spreadsheet takes for a formula: led by an apostrophe where it could be one.

    What stands before the sign (spaces, quotes, separators) does not save it: some programs cut a cell anew.
    """
    if not text or (text[0].isalnum() and text.isascii()):
        return text
    inner = text.lstrip(_LEADING)
    if text.startswith(_STARTERS) or inner.startswith(_STARTERS):
        return text if _PLAIN.fullmatch(text) else f"'{text}"
    return text


def from_csv_cell(text: str) -> str:
    """The inverse of `csv_cell`, for a file of ours that comes back: nothing is lost on the way."""
    return text[1:] if text.startswith("'") and csv_cell(text[1:]) == text else text


def csv_lines(rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """A file for spreadsheets in Belgium, piece by piece: a byte order mark, semicolons, Windows line ends."""
    yield "\ufeff"
    line = io.StringIO()
    put = csv_into(line)
    for row in rows:
        put(row)
        yield line.getvalue()
        line.seek(0)
        line.truncate()


def csv_into(file: IO[str]) -> Callable[[Sequence[str]], object]:
    """What puts a row into such a file, without its mark: for files of hundreds of thousands of rows."""
    write = csv.writer(file, delimiter=";", lineterminator="\r\n").writerow
    return lambda row: write(map(csv_cell, row))
