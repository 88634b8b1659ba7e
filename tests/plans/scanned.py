"""Scans of signed papers, as small as they can be whole."""

from __future__ import annotations

import struct
import zlib


def png(width: int = 1, note: bytes = b"") -> bytes:
    """A picture; `note` tells one from the next."""
    line = b"\0" + b"\xff" * width
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, 1, 8, 0, 0, 0, 0)),
        *([(b"tEXt", b"Comment\0" + note)] if note else []),
        (b"IDAT", zlib.compress(line)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body)) for name, body in parts
    )


JPEG = (
    b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"
    b"\xff\xc0\x00\x0b\x08\x00\x01\x00\x01\x01\x01\x11\x00\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00\x7f\xff\xd9"
)


def pdf(inside: bytes = b"") -> bytes:
    """One empty page, with what else stands in it."""
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n" + inside + b"\n"
        b"trailer<</Root 1 0 R>>\nstartxref\n9\n%%EOF\n"
    )


def folded(objects: bytes) -> bytes:
    """Objects that stand folded together in a PDF."""
    body = zlib.compress(objects)
    head = b"4 0 obj<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n" % len(body)
    return head + body + b"\nendstream endobj"
