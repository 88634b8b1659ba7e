"""Files that come in from outside: read where they lie for a moment, and not kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from crm.consent import do_not_call
from crm.imports import reading
from crm.imports.files import Shelf
from crm.imports.layout import Layout, RawRow
from crm.imports.reading import SourceFile

MOST_BYTES = 64 * 1024 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Incoming:
    """A table that came in: its fingerprint, its columns, how it is read."""

    sha256: str
    headers: tuple[str, ...]
    layout: Layout
    source: SourceFile

    def rows(self) -> Iterator[RawRow]:
        """Every line, the first too. Raises FileRefused."""
        return reading.rows(self.source, self.layout)

    def body(self) -> Iterator[RawRow]:
        """The lines below the names of the columns. Raises FileRefused."""
        return reading.body(self.source, self.layout, len(self.headers))


@contextmanager
def taken_in(stream: IO[bytes]) -> Iterator[Incoming]:
    """CSV or workbook, whatever its letters; it is gone afterwards. Raises FileRefused."""
    with TemporaryDirectory() as folder:
        shelf = Shelf(Path(folder))
        kept = shelf.take_in(stream, at_most=MOST_BYTES)
        source = shelf.source(kept.token)
        look = reading.look(source)
        yield Incoming(sha256=kept.sha256, headers=look.headers, layout=look.layout, source=source)


@dataclass(frozen=True, kw_only=True, slots=True)
class Listed:
    """The numbers of a do-not-call list, each once, and the lines that hold none (the first is taken for names)."""

    numbers: frozenset[int]
    unread: tuple[int, ...]

    def e164(self) -> Iterator[str]:
        """The same as numbers are kept."""
        return (f"+{one}" for one in sorted(self.numbers))


def listed(file: Incoming) -> Listed:
    """Reads a do-not-call list: a number a line, in any column. Raises FileRefused."""
    numbers, unread = set[int](), []
    for row in file.rows():
        found = do_not_call.numbers_in(row.cells)
        numbers.update(int(one) for one in found)
        if not found and any(row.cells) and row.number > 1:
            unread.append(row.number)
    return Listed(numbers=frozenset(numbers), unread=tuple(unread))
