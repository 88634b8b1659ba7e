"""A folder where files are kept for a time, readable by their owner only; their names come from chance alone."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO


@dataclass(frozen=True)
class Shelf:
    """The folder."""

    folder: Path

    @contextmanager
    def laying(self) -> Iterator[tuple[str, IO[bytes]]]:
        """The name of a new file, and the file to be written: it is there whole after the block, or not at all."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        token = secrets.token_hex(16)
        path = self.folder / token
        try:
            with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b") as file:
                yield token, file
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise

    def open(self, token: str) -> IO[bytes] | None:
        """A kept file, to be read; None where it is gone."""
        try:
            return (self.folder / token).open("rb")
        except FileNotFoundError:
            return None

    def forget(self, token: str) -> None:
        """Deletes a file and what was unfolded from it; twice is once."""
        if token:
            for path in (self.folder / token, *self.folder.glob(f"{token}.*")):
                path.unlink(missing_ok=True)

    def strays(self, known: set[str], *, older_than: float) -> list[str]:
        """Files nobody speaks of (their writing was cut), last written before that moment (a POSIX time)."""
        if not self.folder.is_dir():
            return []
        tokens = {path.name.partition(".")[0] for path in self.folder.iterdir() if path.stat().st_mtime < older_than}
        return sorted(tokens - known)
