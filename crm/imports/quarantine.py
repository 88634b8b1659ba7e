"""Rows that did not go in, as a file to mend and bring again: the columns as they came, and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from crm.foundation.csv_out import csv_lines
from crm.imports.files import Shelf
from crm.imports.mended import headings, theirs
from crm.imports.model import Row, Run, Told
from crm.imports.worker import rows_of

__all__ = ["headings", "lines"]


def lines(
    shelf: Shelf,
    run: Run,
    wanted: Callable[[Sequence[int]], dict[int, Row]],
    *,
    beside: tuple[str, str],
    say: Callable[[tuple[Told, ...]], str],
) -> Iterator[str]:
    """The file, piece by piece. `wanted` gives the rows set aside among some numbers; `beside` names two columns."""
    yield from csv_lines(_rows(shelf, run, wanted, beside, say))


def _rows(
    shelf: Shelf,
    run: Run,
    wanted: Callable[[Sequence[int]], dict[int, Row]],
    beside: tuple[str, str],
    say: Callable[[tuple[Told, ...]], str],
) -> Iterator[Sequence[str]]:
    headers = theirs(run.headers)
    yield [*headers, *beside]
    block: list[tuple[int, tuple[str, ...]]] = []
    for row in rows_of(shelf, run):
        block.append((row.number, row.cells[: len(headers)] if len(headers) < len(run.headers) else row.cells))
        if len(block) == 500:
            yield from _chosen(block, wanted, say)
            block = []
    yield from _chosen(block, wanted, say)


def _chosen(
    block: list[tuple[int, tuple[str, ...]]],
    wanted: Callable[[Sequence[int]], dict[int, Row]],
    say: Callable[[tuple[Told, ...]], str],
) -> Iterator[Sequence[str]]:
    found = wanted([number for number, _ in block])
    for number, cells in block:
        if number in found:
            yield [*(cell.replace("\0", "\ufffd") for cell in cells), str(number), say(found[number].reasons)]
