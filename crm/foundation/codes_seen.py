"""QR and bar codes seen by a camera, from the grey dots of its picture: no picture file is ever opened here."""

from __future__ import annotations

import zxingcpp

MOST_DOTS = 4_000_000
"""More than this is no picture of a wrapper: a phone's browser makes it smaller first."""


def seen(dots: bytes, *, width: int, height: int) -> tuple[str, ...]:
    """What the codes in a picture say, one byte a dot, row by row; nothing where it is no such picture."""
    if width < 1 or height < 1 or width * height != len(dots) or len(dots) > MOST_DOTS:
        return ()
    found = zxingcpp.read_barcodes(memoryview(dots).cast("B", (height, width)))
    return tuple(one.text for one in found)
