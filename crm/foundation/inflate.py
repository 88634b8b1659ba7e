"""Decompression that cannot be made to fill the memory."""

from __future__ import annotations

import zlib

_EITHER = 32 + zlib.MAX_WBITS
"""zlib's number for "gzip or zlib, whichever the header says"."""

_STEP = 64 * 1024
_MEMBERS = 50


class TooMuch(Exception):
    """The data unfold to more than the caller takes."""


class Damaged(Exception):
    """The data are not whole and valid compressed data."""


def inflated(data: bytes, *, at_most: int) -> bytes:
    """`data` (gzip, in one member or several, or zlib) unfolded.

    Raises `TooMuch` before more than `at_most` bytes (and one step) were made, `Damaged` for anything else.
    """
    out: list[bytes] = []
    made = 0
    rest = data
    for _ in range(_MEMBERS):
        unfold = zlib.decompressobj(_EITHER)
        pending = rest
        while pending and not unfold.eof:
            try:
                piece = unfold.decompress(pending, _STEP)
            except zlib.error as error:
                raise Damaged from error
            made += len(piece)
            if made > at_most:
                raise TooMuch
            out.append(piece)
            pending = unfold.unconsumed_tail
            if not piece and not pending:
                break
        if not unfold.eof:
            raise Damaged
        rest = unfold.unused_data.lstrip(b"\0")
        if not rest:
            return b"".join(out)
    raise Damaged
