"""Cells that leave the house: a spreadsheet must show them, never run them."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence

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
    writer = csv.writer(line, delimiter=";", lineterminator="\r\n")
    for row in rows:
        writer.writerow([csv_cell(cell) for cell in row])
        yield line.getvalue()
        line.seek(0)
        line.truncate()
