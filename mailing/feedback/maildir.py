"""A Maildir: mails waiting in `new`, moved to `cur` once dealt with, and those nobody can read kept in `aside`."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

LARGEST = 10 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Waiting:
    """A mail in `new`; `raw` is None where it could not be read, or is far too large for a report."""

    path: Path
    raw: bytes | None


def waiting(folder: Path, *, most: int) -> Iterator[Waiting]:
    """Up to `most` mails, oldest first. A folder that is not there has none."""
    new = folder / "new"
    if not new.is_dir():
        return
    names = sorted(entry.name for entry in os.scandir(new) if entry.is_file() and not entry.name.startswith("."))
    for name in names[:most]:
        path = new / name
        try:
            raw = path.read_bytes() if path.stat().st_size <= LARGEST else None
        except FileNotFoundError:
            continue
        except OSError:
            raw = None
        yield Waiting(path, raw)


def put_away(mail: Waiting) -> None:
    """Moves a mail that was dealt with to `cur`, marked as seen. Another reader may have been quicker."""
    _move(mail, mail.path.parent.parent / "cur", f"{mail.path.name.partition(':')[0]}:2,S")


def set_aside(mail: Waiting) -> None:
    """Keeps a mail that could not be dealt with, for a person to look at."""
    _move(mail, mail.path.parent.parent / "aside", mail.path.name)


def _move(mail: Waiting, folder: Path, name: str) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    try:
        mail.path.rename(folder / name)
    except FileNotFoundError:
        return
