"""How a file is read: what was detected, what a person may correct, and the rows that come out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

MOST_BYTES = 200 * 1024 * 1024
MOST_COLUMNS = 512
MOST_ROWS = 2_000_000
LONGEST_LINE = 1_000_000
"""Characters of one line, and of one cell with line ends in it. A longer line makes a bad row."""

LONGEST_CELL = 10_000
"""A longer cell makes its row a bad one; the file is still read."""


class FileFormat(StrEnum):
    """What a file is."""

    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"


class Encoding(StrEnum):
    """How the letters of a CSV file are written. The mixed ones take each line for what it is."""

    UTF_8 = "utf-8"
    UTF_16_LE = "utf-16-le"
    UTF_16_BE = "utf-16-be"
    WINDOWS = "cp1252"
    LATIN_1 = "iso-8859-1"
    LATIN_9 = "iso-8859-15"
    MAC = "mac-roman"
    DOS = "cp850"
    MIXED_WINDOWS = "utf-8+cp1252"
    MIXED_MAC = "utf-8+mac-roman"
    MIXED_DOS = "utf-8+cp850"

    @property
    def fallback(self) -> str:
        """The code page of the lines that are not UTF-8, for the mixed ones; else its own name."""
        return self.value.rpartition("+")[2]

    @property
    def is_mixed(self) -> bool:
        return "+" in self.value


class Separator(StrEnum):
    """What stands between two cells of a CSV file."""

    SEMICOLON = ";"
    COMMA = ","
    TAB = "\t"
    BAR = "|"


class Quote(StrEnum):
    """What stands around a cell that holds a separator."""

    DOUBLE = '"'
    SINGLE = "'"
    NONE = "none"


@dataclass(frozen=True, kw_only=True, slots=True)
class Layout:
    """How to read a file; each part can be corrected. `header_row` counts from 1; 0: the columns have no names.

    `newline` is only shown. Encoding, separator and quote say nothing of a workbook, `sheet` nothing of a CSV file.
    """

    format: FileFormat
    encoding: Encoding = Encoding.UTF_8
    separator: Separator = Separator.SEMICOLON
    quote: Quote = Quote.DOUBLE
    newline: str = "\n"
    sheet: int = 0
    header_row: int = 1

    def as_json(self) -> dict[str, str | int]:
        return {
            "format": self.format.value,
            "encoding": self.encoding.value,
            "separator": self.separator.value,
            "quote": self.quote.value,
            "newline": self.newline,
            "sheet": self.sheet,
            "header_row": self.header_row,
        }

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Layout:
        return cls(
            format=FileFormat(kept["format"]),
            encoding=Encoding(kept["encoding"]),
            separator=Separator(kept["separator"]),
            quote=Quote(kept["quote"]),
            newline=str(kept["newline"]),
            sheet=int(kept["sheet"]),
            header_row=int(kept["header_row"]),
        )


class Fault(StrEnum):
    """Why one row cannot be read, whatever its columns mean."""

    RAGGED = "ragged"
    LONG_CELL = "long-cell"
    LONG_LINE = "long-line"
    DAMAGED_LETTERS = "damaged-letters"
    CONTROL_CHARACTERS = "control-characters"
    CUT = "cut"


class RawRow(NamedTuple):
    """One row as it stands in the file. `number` counts as a spreadsheet does, from 1, blank rows included."""

    number: int
    cells: tuple[str, ...]
    fault: Fault | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Look:
    """What a file turned out to be. `odd_lines`: lines in another encoding than the rest of a mixed file."""

    layout: Layout
    sheets: tuple[str, ...] = ()
    odd_lines: int = 0
    headers: tuple[str, ...] = ()
    sample: tuple[RawRow, ...] = field(default=())
