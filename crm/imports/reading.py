"""A file of any kind as rows with numbers: looked at once, read as often as wanted, never held whole."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from crm.foundation.csv_out import from_csv_cell
from crm.imports import archive, csv_file, workbook
from crm.imports.errors import FileRefused, Refused
from crm.imports.layout import (
    LONGEST_CELL,
    MOST_BYTES,
    Encoding,
    Fault,
    FileFormat,
    Layout,
    Look,
    Quote,
    RawRow,
    Separator,
)

SAMPLE_ROWS = 60
_SEARCHED_FOR_HEADER = 20
_OLD_WORKBOOK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_TABLES = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"{\\rtf", b"\x7fELF")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
_DAMAGED = re.compile("\ufffd|[ÃÂ][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]|â€[\u0080-\u00bf™œ“”˜¦]")
"""A lost letter, or UTF-8 that was once read as Windows-1252 (« Ã© » for « é »)."""

_INVISIBLE = "\ufeff\u200b\u200e\u200f\u2060 \t\r\n\u00a0\u202f"
_HASH = re.compile(r"[0-9a-fA-F]{32}([0-9a-fA-F]{8})?([0-9a-fA-F]{24})?")


@dataclass(frozen=True, slots=True)
class SourceFile:
    """A kept file, and the folder beside it where sheets of a workbook are written out."""

    path: Path

    def sheet(self, number: int) -> Path:
        """Where that sheet stands as CSV, once it was unfolded."""
        return self.path.with_name(f"{self.path.name}.sheet-{number}.csv")


def look(source: SourceFile, wanted: Layout | None = None) -> Look:
    """What the file is and how it will be read: as `wanted` where somebody corrected it, else as detected.

    Raises `FileRefused`; whatever the bytes are, nothing else.
    """
    try:
        found = _look(source, wanted)
    except FileNotFoundError as error:
        raise FileRefused(Refused.GONE) from error
    sample = tuple(islice(rows(source, found.layout), SAMPLE_ROWS))
    if not any(any(row.cells) for row in sample):
        raise FileRefused(Refused.EMPTY)
    if wanted is None:
        found = replace(found, layout=replace(found.layout, header_row=_header_row(sample)))
    return replace(found, sample=sample, headers=headers(sample, found.layout))


def _look(source: SourceFile, wanted: Layout | None) -> Look:
    size = source.path.stat().st_size
    if size == 0:
        raise FileRefused(Refused.EMPTY)
    if size > MOST_BYTES:
        raise FileRefused(Refused.TOO_LARGE)
    with source.path.open("rb") as file:
        head = file.read(8)
    if head.startswith(_OLD_WORKBOOK):
        raise FileRefused(Refused.OLD_WORKBOOK)
    if head.startswith(_NO_TABLES):
        raise FileRefused(Refused.NOT_A_TABLE)
    if head.startswith(b"PK"):
        if wanted is not None and source.sheet(wanted.sheet).exists():
            return Look(layout=wanted)  # measured and unfolded before
        layout = replace(wanted or Layout(format=FileFormat.XLSX), format=archive.measured(source.path))
        names = workbook.unfold(source.path, layout.sheet, source.sheet(layout.sheet))
        return Look(layout=layout, sheets=names)
    return csv_file.look(source.path) if wanted is None else Look(layout=wanted)


def rows(source: SourceFile, layout: Layout) -> Iterator[RawRow]:
    """Every row of the file in order, each with the reason why it cannot be used, if there is one.

    Raises `FileRefused` where reading on makes no sense.
    """
    plain, path = layout, source.path
    if layout.format is not FileFormat.CSV:
        path = source.sheet(layout.sheet)
        plain = replace(layout, encoding=Encoding.UTF_8, separator=Separator.COMMA, quote=Quote.DOUBLE)
    for row in csv_file.rows(path, plain):
        yield _checked(row)


def body(source: SourceFile, layout: Layout, width: int) -> Iterator[RawRow]:
    """The rows below the header that hold something, each with exactly `width` cells or a fault."""
    is_sheet = layout.format is not FileFormat.CSV
    for row in rows(source, layout):
        if row.number > layout.header_row and any(row.cells):
            yield _fitted(row, width, is_sheet=is_sheet)


def headers(sample: tuple[RawRow, ...], layout: Layout) -> tuple[str, ...]:
    """The columns' names: unique, never empty (a column without a name is called by its letter)."""
    top = next((row.cells for row in sample if row.number == layout.header_row), ()) if layout.header_row else ()
    below = max((len(row.cells) for row in sample if row.number > layout.header_row), default=0)
    width = len(top) or below
    while width > 1 and not any(width <= len(row.cells) and row.cells[width - 1] for row in sample):
        width -= 1
    found: list[str] = []
    for place in range(width):
        name = " ".join(top[place].replace("\0", "\ufffd").split())[:100] if place < len(top) else ""
        name = name or letters(place)
        again = 2
        unique = name
        while unique in found:
            unique, again = f"{name} ({again})", again + 1
        found.append(unique)
    return tuple(found)


def letters(place: int) -> str:
    """A column as spreadsheets name it: A, B, … Z, AA."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name


def _header_row(sample: tuple[RawRow, ...]) -> int:
    """The first row as wide as most, unless it holds an address or a digest: then the columns have no names."""
    filled = [sum(1 for cell in row.cells if cell) for row in sample]
    usual = sorted(filled)[len(filled) // 2]
    for row, cells in list(zip(sample, filled, strict=True))[:_SEARCHED_FOR_HEADER]:
        if cells >= max(1, usual * 0.6):
            looks_filled = any("@" in cell or _HASH.fullmatch(cell) for cell in row.cells)
            return 0 if looks_filled else row.number
    return 0


def _checked(row: RawRow) -> RawRow:
    cells = tuple([cell.strip(_INVISIBLE) for cell in row.cells])
    whole = "".join(cells)
    if "'" in whole:
        cells = tuple(from_csv_cell(cell) for cell in cells)
    fault = row.fault
    if fault is None:
        if len(whole) > LONGEST_CELL and any(len(cell) > LONGEST_CELL for cell in cells):
            fault = Fault.LONG_CELL
        elif not whole.isprintable() or not whole.isascii():
            if _DAMAGED.search(whole):
                fault = Fault.DAMAGED_LETTERS
            elif _CONTROL.search(whole):
                fault = Fault.CONTROL_CHARACTERS
    return RawRow(row.number, cells, fault)


def _fitted(row: RawRow, width: int, *, is_sheet: bool) -> RawRow:
    cells, fault = row.cells, row.fault
    if len(cells) == width:
        return row
    if len(cells) > width:
        fault = fault or (Fault.RAGGED if any(cells[width:]) else None)
        cells = cells[:width] if not any(cells[width:]) else cells
    else:
        fault = fault or (None if is_sheet else Fault.RAGGED)
        cells += ("",) * (width - len(cells))
    return RawRow(row.number, cells, fault)
