"""The program that writes one sheet of a workbook as CSV. Started by `workbook.py`, the only user of calamine."""

from __future__ import annotations

import csv
import json
import os
import resource
import sys
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from crm.imports.errors import Refused
from crm.imports.layout import MOST_COLUMNS, MOST_ROWS

MEMORY_BYTES = 1536 * 1024 * 1024
SECONDS = 120
MOST_WRITTEN_BYTES = 512 * 1024 * 1024

Cell = int | float | str | bool | time | date | datetime | timedelta


def written(path: Path, number: int, target: Path) -> dict[str, str | list[str]]:
    """Writes the sheet, whole or not at all; the names of all sheets, or why it was refused."""
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        names = workbook.sheet_names
        if not 0 <= number < len(names):
            return {"refused": Refused.NO_SHEET.value}
        sheet = workbook.get_sheet_by_index(number)
    except (CalamineError, ValueError, OSError):
        return {"refused": Refused.DAMAGED.value}
    if sheet.total_width > MOST_COLUMNS:
        return {"refused": Refused.TOO_MANY_COLUMNS.value}
    if sheet.total_height > MOST_ROWS:
        return {"refused": Refused.TOO_MANY_ROWS.value}
    half = target.with_name(f"{target.name}.{os.getpid()}.half")
    try:
        _write(sheet, half)
        half.replace(target)  # whole, or not there: a half would be read as if it were all
    finally:
        half.unlink(missing_ok=True)
    return {"sheets": list(names)}


def _write(sheet: CalamineSheet, target: Path) -> None:
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=",", lineterminator="\n")
        # The library begins at the first cell that holds something; row numbers begin at the top.
        above, before = sheet.start or (0, 0)
        for _ in range(above):
            writer.writerow([])
        for row in sheet.iter_rows():
            cells = [""] * before + [as_text(cell) for cell in row]
            writer.writerow(cells if any(cells) else [])


def as_text(cell: Cell) -> str:
    """A cell as one would type it: days as 2026-11-23, whole numbers without a point, no line that ends a row oddly."""
    match cell:
        case bool():
            return "1" if cell else "0"
        case float() if cell.is_integer() and abs(cell) < 1e15:
            return str(int(cell))
        case datetime():
            return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat(" ", "seconds")
        case str():
            return cell.replace("\0", "\ufffd")
        case date() | time():
            return cell.isoformat()
        case _:
            return str(cell)


def main() -> None:
    """Reads its three arguments, limits itself, writes, and says what happened as one line of JSON."""
    path, number, target = sys.argv[1:]
    os.umask(0o077)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MOST_WRITTEN_BYTES, MOST_WRITTEN_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        told = written(Path(path), int(number), Path(target))
    except (MemoryError, OSError):
        told = {"refused": Refused.TOO_HEAVY.value}
    sys.stdout.write(json.dumps(told))


if __name__ == "__main__":
    main()
