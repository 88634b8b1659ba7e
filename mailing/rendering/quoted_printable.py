"""Quoted-printable for bytes that go over the wire untouched: CRLF, short lines, no line that begins with a dot."""

from __future__ import annotations

_BYTES = [bytes([n]) if 32 <= n <= 126 and n != 61 else b"=%02X" % n for n in range(256)]
_WIDTH = 72
SOFT = b"=\r\n"


def quoted(value: str) -> bytes:
    """A value without line breaks, which begins a line and ends with a soft break, so that more may follow it."""
    return _folded(_flat(value)) + SOFT if value else b""


def quoted_lines(text: str, *, goes_on: bool) -> bytes:
    """A text with line breaks of LF. It begins a line; where it `goes_on`, whatever follows begins one too."""
    *lines, last = text.split("\n")
    whole = b"".join(_folded(_unspaced(_flat(line))) + b"\r\n" for line in lines)
    return whole + (quoted(last) if goes_on else _folded(_unspaced(_flat(last))))


def _flat(text: str) -> bytes:
    if text.isascii() and text.isprintable():
        return text.encode("ascii").replace(b"=", b"=3D")
    return b"".join([_BYTES[n] for n in text.encode()])


def _unspaced(line: bytes) -> bytes:
    """A space at the end of a line would be lost on the way."""
    return line[:-1] + b"=20" if line.endswith(b" ") else line


def _folded(line: bytes) -> bytes:
    """Cut into lines of at most 75 octets, never within an escape.

    A dot or a "From " at the start of a line would be changed by relays and mailboxes, so both are escaped.
    """
    pieces, start, length = [], 0, len(line)
    while start < length:
        end = start + _WIDTH
        if end < length:
            if line[end - 1] == 61:
                end -= 1
            elif line[end - 2] == 61:
                end -= 2
        piece = line[start:end]
        if piece[0] == 46:
            piece = b"=2E" + piece[1:]
        elif piece.startswith(b"From "):
            piece = b"=46" + piece[1:]
        pieces.append(piece)
        start = end
    return SOFT.join(pieces)
