"""XLSX and ODS: a sheet is written out as CSV by a program of its own, with little memory and little time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from crm.imports.errors import FileRefused, Refused

PATIENCE_SECONDS = 180


def unfold(path: Path, sheet: int, target: Path) -> tuple[str, ...]:
    """Writes one sheet (counted from 0) to `target` as UTF-8 CSV; the names of all sheets.

    A sheet of two cells far apart, a repeated cell or a broken part can make the library ask for all memory there is,
    or end the process: so it is not ours that asks. Raises `FileRefused`.
    """
    command = [sys.executable, "-m", "crm.imports.unfold_sheet", str(path), str(sheet), str(target)]
    try:
        done = subprocess.run(  # noqa: S603 - our own program, its arguments are paths we made
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=PATIENCE_SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise FileRefused(Refused.TOO_HEAVY) from error
    try:
        told = json.loads(done.stdout)
    except ValueError as error:
        raise FileRefused(Refused.TOO_HEAVY) from error
    if refused := told.get("refused"):
        raise FileRefused(Refused(refused))
    return tuple(told["sheets"])
