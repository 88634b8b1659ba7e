"""A mail encoded once, in pieces, so that one reader's mail is a join of bytes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

from mailing.rendering.model import Slot
from mailing.rendering.quoted_printable import quoted, quoted_lines
from mailing.rendering.slots import Gap, split


@dataclass(frozen=True, slots=True)
class _Places:
    """Where one gap's value goes among the pieces: as it is in the plain text, escaped in the HTML."""

    gap: Gap
    in_text: tuple[int, ...]
    in_html: tuple[int, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PreparedBody:
    """What all readers share, already in quoted-printable, with an empty piece for each value of theirs."""

    pieces: tuple[bytes, ...]
    places: tuple[_Places, ...]

    @property
    def slots(self) -> frozenset[Slot]:
        """The values `assemble` needs."""
        return frozenset(place.gap.slot for place in self.places)

    def assemble(self, values: Mapping[Slot, str]) -> bytes:
        """One reader's `Content-Type` header, an empty line, and the whole body; the other headers come before it.

        Lines end with CRLF, hold at most 76 octets and never begin with a dot: nothing is left to be stuffed.
        Raises `UnfilledSlot` where a value is missing; values nobody asked for are left alone.
        """
        pieces = list(self.pieces)
        for place in self.places:
            value = place.gap.value(values)
            plain = quoted(value)
            for index in place.in_text:
                pieces[index] = plain
            if place.in_html:
                escaped = escape(value)
                marked_up = plain if escaped == value else quoted(escaped)
                for index in place.in_html:
                    pieces[index] = marked_up
        return b"".join(pieces)


def prepare(html: str, text: str, *, boundary_seed: str) -> PreparedBody:
    """Encodes the two parts of a mail, plain text first. The same seed gives the same bytes.

    Line breaks of any kind become CRLF. No reader's value can look like the boundary: it holds `=_`, which
    quoted-printable never writes.
    """
    boundary = f"=_pv_{hashlib.sha256(boundary_seed.encode()).hexdigest()[:32]}"
    opening = f'Content-Type: multipart/alternative;\r\n boundary="{boundary}"\r\n\r\n'
    pieces: list[bytes] = [opening.encode() + _head(boundary, "plain")]
    in_text = _encode(text, pieces)
    pieces.append(b"\r\n" + _head(boundary, "html"))
    in_html = _encode(html, pieces)
    pieces.append(f"\r\n--{boundary}--\r\n".encode())
    gaps = dict.fromkeys([*in_text, *in_html])
    places = tuple(_Places(gap, tuple(in_text.get(gap, ())), tuple(in_html.get(gap, ()))) for gap in gaps)
    return PreparedBody(pieces=tuple(pieces), places=places)


def _head(boundary: str, subtype: str) -> bytes:
    return (
        f"--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode()


def _encode(body: str, pieces: list[bytes]) -> dict[Gap, list[int]]:
    """Appends the pieces of one part and says at which of them each gap's value belongs."""
    parts = list(split(body.replace("\r\n", "\n").replace("\r", "\n")))
    found: dict[Gap, list[int]] = {}
    for number, part in enumerate(parts):
        if isinstance(part, Gap):
            found.setdefault(part, []).append(len(pieces))
            pieces.append(b"")
        else:
            pieces.append(quoted_lines(part, goes_on=number < len(parts) - 1))
    return found
