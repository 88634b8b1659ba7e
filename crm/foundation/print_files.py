"""One table for a printer, side by side: CSV in UTF-8, CSV in Windows-1252 as their programs read it, and XLSX.

What Windows-1252 lacks is written by the nearest letter (`transliteration`). Memory does not grow with the rows.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import StringIO
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryFile, gettempdir, mkdtemp
from typing import IO, Any
from zipfile import ZipFile

import xlsxwriter

from crm.foundation.csv_out import csv_into
from crm.foundation.transliteration import is_printable, printable

TOGETHER = 500
"""Rows that are encoded at once."""
FOLDER = Path(gettempdir()) / f"portevoix-{os.getuid()}"
"""Where workbooks are put together, each in a folder of its own that goes with it. Other files have no name on disk."""
ALWAYS = datetime(2000, 1, 1)  # noqa: DTZ001 - xlsxwriter takes no zone
"""What a workbook says of when it was made: the same rows are the same bytes, whenever they leave."""


def sweep(before: datetime) -> int:
    """Takes away what was left of workbooks whose making ended in the middle before an instant; how many."""
    gone = 0
    for left in FOLDER.iterdir() if FOLDER.is_dir() else ():
        if left.stat().st_mtime < before.timestamp():
            rmtree(left, ignore_errors=True)
            gone += 1
    return gone


class Sheet:
    """An XLSX written row by row: cells are texts, whatever they look like, but for amounts that are told as such."""

    def __init__(self, file: IO[bytes], columns: Sequence[str], *, name: str) -> None:
        FOLDER.mkdir(mode=0o700, exist_ok=True)
        self._own = mkdtemp(dir=FOLDER)
        options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "tmpdir": self._own}
        self._book: Any = xlsxwriter.Workbook(file, options | {"strings_to_numbers": False})
        self._book.set_properties({"created": ALWAYS})
        self._sheet: Any = self._book.add_worksheet(name)
        self._sheet.freeze_panes(1, 0)
        self._bold: Any = self._book.add_format({"bold": True})
        self._amount: Any = self._book.add_format({"num_format": "#,##0.00"})
        self._next = 0
        self._write(columns, self._bold)

    def add(self, cells: Sequence[str]) -> None:
        """One more row."""
        self._write(cells, None)

    def add_with_amounts(self, cells: Sequence[str | Decimal | int]) -> None:
        """One more row, of which exact decimals are amounts that a workbook can add up."""
        for place, cell in enumerate(cells):
            if isinstance(cell, str):
                self._write_text(place, cell, None)
            else:
                how = self._amount if isinstance(cell, Decimal) else None
                self._sheet.write_number(self._next, place, cell, how)
        self._next += 1

    def close(self) -> None:
        """Writes the file out."""
        self._book.close()
        rmtree(self._own, ignore_errors=True)

    def _write(self, cells: Sequence[str], how: Any) -> None:
        for place, cell in enumerate(cells):
            self._write_text(place, cell, how)
        self._next += 1

    def _write_text(self, place: int, cell: str, how: Any) -> None:
        if cell:
            self._sheet.write_string(self._next, place, cell, how)


class SideBySide:
    """The same rows in each form, written as they come by, some hundred at a time."""

    def __init__(self, columns: Sequence[str], *, with_sheet: bool, sheet_name: str = "adresses") -> None:
        self.rows = 0
        self.transliterated = 0
        """In how many rows a letter was changed for Windows-1252; whole once they are `put`."""
        self._plain, self._windows = TemporaryFile(), TemporaryFile()  # noqa: SIM115 - closed by `put`
        self._sheet_file = TemporaryFile() if with_sheet else None  # noqa: SIM115 - closed by `put`
        self._sheet = None if self._sheet_file is None else Sheet(self._sheet_file, columns, name=sheet_name)
        self._text = StringIO(newline="")
        self._write = csv_into(self._text)
        self._write(columns)
        self._plain.write("\ufeff".encode())

    def add(self, cells: Sequence[str]) -> None:
        """One more row."""
        self.rows += 1
        self._write(cells)
        if self._sheet is not None:
            self._sheet.add(cells)
        if self.rows % TOGETHER == 0:
            self._lay_down()

    def put(self, zipped: ZipFile, name: str) -> Iterator[tuple[str, str]]:
        """Lays the files into the ZIP: the name of each, and its SHA-256."""
        self._lay_down()
        found = [(f"{name}-utf8.csv", self._plain), (f"{name}-windows1252.csv", self._windows)]
        if self._sheet is not None and self._sheet_file is not None:
            self._sheet.close()
            found.append((f"{name}.xlsx", self._sheet_file))
        for called, file in found:
            with file:
                yield called, lay(zipped, called, file)

    def _lay_down(self) -> None:
        text = self._text.getvalue()
        self._text.seek(0)
        self._text.truncate()
        self._plain.write(text.encode())
        if is_printable(text):
            self._windows.write(text.encode("windows-1252"))
            return
        lines = text.splitlines(keepends=True)
        self.transliterated += sum(not is_printable(line) for line in lines)
        self._windows.write("".join(map(printable, lines)).encode("windows-1252"))


def lay(zipped: ZipFile, name: str, file: IO[bytes]) -> str:
    """Lays a file into a ZIP, in pieces; its SHA-256."""
    digest = hashlib.sha256()
    file.seek(0)
    with zipped.open(name, "w") as target:
        while piece := file.read(1 << 20):
            digest.update(piece)
            target.write(piece)
    return digest.hexdigest()


def slug(name: str, *, otherwise: str) -> str:
    """A name that every file system takes."""
    plain = printable(name).encode("ascii", "ignore").decode().lower()
    return "-".join("".join(c if c.isalnum() else " " for c in plain).split()) or otherwise
