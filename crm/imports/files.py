"""The folder where files that came in are kept until their purge day, readable by their owner only."""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from crm.imports.errors import FileRefused, Refused
from crm.imports.layout import MOST_BYTES
from crm.imports.reading import SourceFile

_STEP = 256 * 1024


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was taken in: the name we gave it, its digest, its size."""

    token: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Shelf:
    """The folder. Names come from chance, never from outside."""

    folder: Path

    def take_in(self, stream: IO[bytes], *, at_most: int = MOST_BYTES) -> KeptFile:
        """Keeps a copy of all that comes. Raises `FileRefused` for more than `at_most` bytes; nothing stays then."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        token = secrets.token_hex(16)
        path = self.folder / token
        digest, size = hashlib.sha256(), 0
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            for piece in _pieces(stream):
                size += len(piece)
                if size > at_most:
                    break
                digest.update(piece)
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
        if size > at_most:
            path.unlink()
            raise FileRefused(Refused.TOO_LARGE)
        return KeptFile(token=token, sha256=digest.hexdigest(), size=size)

    def source(self, token: str) -> SourceFile:
        """A kept file, to be read."""
        return SourceFile(self.folder / token)

    def forget(self, token: str) -> None:
        """Deletes a file and what was unfolded from it; twice is once."""
        if token:
            for path in (self.folder / token, *self.folder.glob(f"{token}.*")):
                path.unlink(missing_ok=True)

    def strays(self, known: set[str], *, older_than: float) -> list[str]:
        """Files no import speaks of (an upload that was cut), last written before that moment (a POSIX time)."""
        if not self.folder.is_dir():
            return []
        tokens = {path.name.partition(".")[0] for path in self.folder.iterdir() if path.stat().st_mtime < older_than}
        return sorted(tokens - known)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_STEP):
        yield piece
