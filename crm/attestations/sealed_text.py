"""A long text sealed piece by piece, each bound to its place and the last one known as such: none is lost or moved."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO

from crm.attestations.keys import Seal
from crm.foundation.encryption import Cipher, Undecipherable

PIECE = 512 * 1024
"""Letters of a piece."""


@dataclass(slots=True)
class SealedText:
    """Seals what is written into a file, which never holds a letter in clear; `end` writes the last piece."""

    file: IO[bytes]
    seal: Seal
    name: str
    _waiting: list[str] = field(default_factory=list)
    _length: int = 0
    _place: int = 0

    def write(self, text: str) -> None:
        """Takes some more of the text."""
        self._waiting.append(text)
        self._length += len(text)
        if self._length >= PIECE:
            self._lay(is_last=False)

    def end(self) -> None:
        """Nothing follows."""
        self._lay(is_last=True)
        self.file.flush()

    def whole(self) -> IO[bytes]:
        """What was written, to be read from its beginning."""
        self.file.seek(0)
        return opened(self.file, self.seal, self.name)

    def _lay(self, *, is_last: bool) -> None:
        context = _context(self.name, self._place, is_last=is_last)
        sealed = Cipher(self.seal.keyring).encrypt("".join(self._waiting), context=context)
        self.file.write(sealed.encode() + b"\n")
        self._waiting.clear()
        self._length, self._place = 0, self._place + 1


def opened(file: IO[bytes], seal: Seal, name: str, *, closes: bool = False) -> IO[bytes]:
    """The text of a sealed file, which it closes at its end where it is told so.

    Reading it raises `Undecipherable` where it was cut or changed.
    """
    return io.BufferedReader(_Opened(_pieces(file, seal, name), file if closes else None))


def _pieces(file: IO[bytes], seal: Seal, name: str) -> Iterator[bytes]:
    cipher, place, line = Cipher(seal.keyring), 0, file.readline()
    if not line:
        raise Undecipherable
    while line:
        following = file.readline()
        text = line.decode("ascii", "replace").rstrip("\n")
        yield cipher.decrypt(text, context=_context(name, place, is_last=not following)).encode()
        place, line = place + 1, following


class _Opened(io.RawIOBase):
    """Pieces as one stream."""

    def __init__(self, pieces: Iterator[bytes], file: IO[bytes] | None) -> None:
        self._pieces, self._file, self._rest = pieces, file, b""

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
        super().close()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        while not self._rest:
            following = next(self._pieces, None)
            if following is None:
                return 0
            self._rest = following
        taken = self._rest[: len(buffer)]
        buffer[: len(taken)] = taken
        self._rest = self._rest[len(taken) :]
        return len(taken)


def _context(name: str, place: int, *, is_last: bool) -> str:
    return f"attestation file {name} {place}{' last' if is_last else ''}"
