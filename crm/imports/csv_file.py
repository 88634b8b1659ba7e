"""CSV as people really make it: any line end, any sane encoding, any separator, in bounded memory."""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path

from crm.imports import lettering
from crm.imports.errors import FileRefused, Refused
from crm.imports.layout import (
    LONGEST_LINE,
    MOST_COLUMNS,
    MOST_ROWS,
    Encoding,
    Fault,
    FileFormat,
    Layout,
    Look,
    Quote,
    RawRow,
    Separator,
)

_STEP = 256 * 1024
_SAMPLE_LINES = 400
_HEAD = 4096
_SHOWN = 200
"""So much is kept of a line that is too long."""
_CUT_OFF = b"\0\x1a"
"""Ends what is kept of it: no line of text ends so."""
_MARK = _CUT_OFF.decode() + "\n"
_CONTROLS = bytes({*range(0x20)} - {*b"\t\n\f\r\x1a\x1b"})
_STRAY = 8
"""So few of them may stand in any file."""

csv.field_size_limit(LONGEST_LINE)


def look(path: Path) -> Look:
    """Detects encoding, separator, quotes and line ends. Raises `FileRefused` for what is no table of text."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\0\r\n\t \xef\xbb\xbf\xff\xfe"):
        raise FileRefused(Refused.EMPTY)
    by_head = lettering.by_its_head(head)
    if by_head in {Encoding.UTF_16_LE, Encoding.UTF_16_BE}:
        found = lettering.Lettering(by_head)
    elif _is_binary(head):
        raise FileRefused(Refused.NUL)
    else:
        found = lettering.by_its_lines(_byte_lines(path, Encoding.UTF_8))
    first = [
        lettering.decoded(line, found.encoding) for line in islice(_byte_lines(path, found.encoding), _SAMPLE_LINES)
    ]
    layout = Layout(
        format=FileFormat.CSV,
        encoding=found.encoding,
        separator=_separator(first),
        newline=_newline(first),
    )
    return Look(layout=layout, odd_lines=found.odd_lines)


def rows(path: Path, layout: Layout) -> Iterator[RawRow]:
    """Every row from the first, whatever it means. Raises `FileRefused` where reading on makes no sense."""
    lines = _Lines(lettering.decoded(line, layout.encoding) for line in _byte_lines(path, layout.encoding))
    reader = csv.reader(
        lines,
        delimiter=layout.separator.value,
        quotechar=None if layout.quote is Quote.NONE else layout.quote.value,
        quoting=csv.QUOTE_NONE if layout.quote is Quote.NONE else csv.QUOTE_MINIMAL,
    )
    number = 0
    while True:
        lines.kept.clear()
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise FileRefused(Refused.OPEN_QUOTE, line=number + 1) from error
        number += 1
        if number == 1 and _names_separator(lines.kept):
            number = 0
            continue
        if len(cells) > MOST_COLUMNS:
            raise FileRefused(Refused.TOO_MANY_COLUMNS, line=number)
        if number > MOST_ROWS:
            raise FileRefused(Refused.TOO_MANY_ROWS)
        if is_long := lines.kept[0].endswith(_MARK):
            if number == 1:
                raise FileRefused(Refused.LONG_LINE, line=1)
            cells[-1] = cells[-1].removesuffix(_MARK[:-1])
        is_cut = lines.is_over and layout.quote is not Quote.NONE and _quotes(lines.kept, layout) % 2 == 1
        yield RawRow(number, tuple(cells), Fault.LONG_LINE if is_long else Fault.CUT if is_cut else None)


class _Lines:
    """Lines that remember which of them the row at hand was made of."""

    def __init__(self, lines: Iterator[str]) -> None:
        self.kept: list[str] = []
        self.is_over = False
        self._lines = lines
        self._size = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        try:
            line = next(self._lines)
        except StopIteration:
            self.is_over = True
            raise
        self._size = len(line) + (self._size if self.kept else 0)
        if self._size > LONGEST_LINE:
            raise FileRefused(Refused.OPEN_QUOTE)
        self.kept.append(line)
        return line


def _quotes(lines: Iterable[str], layout: Layout) -> int:
    return sum(line.count(layout.quote.value) for line in lines)


def _byte_lines(path: Path, encoding: Encoding) -> Iterator[bytes]:
    """Lines with their ends (\\n, \\r\\n or \\r), UTF-16 rewritten as UTF-8, without a byte order mark.

    Of a line that is too long its first bytes are given, marked as cut, whatever its length: it is never held whole.
    """
    rest, is_skipping = b"", False
    for chunk in _chunks(path, encoding):
        lines = (rest + chunk).splitlines(keepends=True)
        # What ends in \r may be half of a \r\n; what does not end may go on.
        rest = lines.pop() if lines and not lines[-1].endswith(b"\n") else b""
        if is_skipping and lines:
            lines, is_skipping = lines[1:], False
        for line in lines:
            yield line if len(line) <= LONGEST_LINE else _cut(line)
        if is_skipping:
            rest = rest[-1:]
        elif len(rest) > LONGEST_LINE:
            yield _cut(rest)
            rest, is_skipping = rest[-1:], True
    if rest and not is_skipping:
        yield rest


def _cut(line: bytes) -> bytes:
    """A line of its own that shows how the long one begins: no quotation mark in it swallows the lines after it."""
    first = line[:_SHOWN].rstrip(bytes(range(0x80, 0x100)))
    return first.translate(None, b"\"'\r\n") + _CUT_OFF + b"\n"


def _is_binary(head: bytes) -> bool:
    """No text at all: a nought here and there makes a bad row, many such bytes make a picture or a program."""
    strange = sum(head.count(byte) for byte in _CONTROLS)
    return strange > _STRAY and strange > len(head) * 0.05


def _chunks(path: Path, encoding: Encoding) -> Iterator[bytes]:
    is_wide = encoding in {Encoding.UTF_16_LE, Encoding.UTF_16_BE}
    unfold = codecs.getincrementaldecoder(encoding.value)(errors="replace") if is_wide else None
    with path.open("rb") as file:
        is_first = True
        while piece := file.read(_STEP):
            made = unfold.decode(piece).encode(errors="replace") if unfold else piece
            yield made.removeprefix(codecs.BOM_UTF8) if is_first else made
            is_first = False
        if unfold and (last := unfold.decode(b"", final=True)):
            yield last.encode(errors="replace")


def _separator(lines: list[str]) -> Separator:
    """The one that cuts the first rows into equal numbers of cells, and into the most of them."""
    if lines and (named := _names_separator(lines[:1])):
        return named
    best, found = (0.0, 0), Separator.SEMICOLON
    for separator in Separator:
        try:
            counts = Counter(len(row) for row in csv.reader(lines, delimiter=separator.value) if row)
        except csv.Error:
            continue
        (width, often), total = counts.most_common(1)[0] if counts else (1, 0), sum(counts.values())
        if width > 1 and (score := (round(often / total, 1), width)) > best:
            best, found = score, separator
    return found


def _names_separator(lines: list[str]) -> Separator | None:
    """Excel's own first line, `sep=;`."""
    first = lines[0].rstrip("\r\n").strip('"').lower() if lines else ""
    wanted = first.removeprefix("sep=")
    return Separator(wanted) if first.startswith("sep=") and wanted in set(Separator) else None


def _newline(lines: list[str]) -> str:
    ends = Counter("\r\n" if line.endswith("\r\n") else line[-1:] for line in lines if line[-1:] in "\r\n")
    return ends.most_common(1)[0][0] if ends else "\n"
