"""The folder where files that came in are kept until their purge day, readable by their owner only."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

from crm.foundation import shelf
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


@dataclass(frozen=True)
class Shelf(shelf.Shelf):
    """The folder."""

    def take_in(self, stream: IO[bytes], *, at_most: int = MOST_BYTES) -> KeptFile:
        """Keeps a copy of all that comes. Raises `FileRefused` for more than `at_most` bytes; nothing stays then."""
        digest, size = hashlib.sha256(), 0
        with self.laying() as (token, file):
            for piece in _pieces(stream):
                size += len(piece)
                if size > at_most:
                    raise FileRefused(Refused.TOO_LARGE)
                digest.update(piece)
                file.write(piece)
        return KeptFile(token=token, sha256=digest.hexdigest(), size=size)

    def source(self, token: str) -> SourceFile:
        """A kept file, to be read."""
        return SourceFile(self.folder / token)


def _pieces(stream: IO[bytes]) -> Iterator[bytes]:
    while piece := stream.read(_STEP):
        yield piece
