"""What a scan of a signed paper may be: PDF, JPEG or PNG by what stands in it, whole, with nothing in it that acts."""

from __future__ import annotations

import re
import zlib

from crm.foundation.inflate import Damaged, TooMuch, inflated
from crm.plans.errors import PaperRefused
from crm.plans.model import PaperKind

MOST_BYTES = 8 * 1024 * 1024
_PNG, _JPEG, _PDF = b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"%PDF-"
_SEARCHED = 1024
"""So many bytes at both ends of a PDF may stand around it, as readers allow."""
_UNFOLDED = 16 * 1024 * 1024
_ACTS = re.compile(rb"/(JavaScript|Launch|EmbeddedFiles?|RichMedia|ImportData|SubmitForm)\b")
_ESCAPED = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECTS = re.compile(rb"/ObjStm\b.{0,400}?stream\r?\n", re.DOTALL)
_WITHOUT_LENGTH = frozenset({0x01, *range(0xD0, 0xD8)})


def kind_of(content: bytes) -> PaperKind:
    """What it is. Raises PaperRefused: `empty`, `large`, `kind`, `torn` (not whole), `locked` or `active`."""
    if not content:
        raise PaperRefused("empty")
    if len(content) > MOST_BYTES:
        raise PaperRefused("large")
    if content.startswith(_PNG):
        return _whole(PaperKind.PNG, is_whole=_png_ends(content))
    if content.startswith(_JPEG):
        return _whole(PaperKind.JPEG, is_whole=_jpeg_ends(content))
    if _PDF in content[:_SEARCHED]:
        _whole(PaperKind.PDF, is_whole=b"%%EOF" in content[-_SEARCHED:])
        _look_through(content)
        return PaperKind.PDF
    raise PaperRefused("kind")


def _whole(kind: PaperKind, *, is_whole: bool) -> PaperKind:
    if not is_whole:
        raise PaperRefused("torn")
    return kind


def _png_ends(content: bytes) -> bool:
    """Whether each of its parts is whole, the first its size and the last its end."""
    place, name = len(_PNG), b""
    while name != b"IEND":
        length = int.from_bytes(content[place : place + 4], "big")
        part, after = content[place + 4 : place + 8 + length], place + 8 + length
        if len(content) < after + 4 or content[after : after + 4] != zlib.crc32(part).to_bytes(4, "big"):
            return False
        if place == len(_PNG) and part[:4] != b"IHDR":
            return False
        name, place = part[:4], after + 4
    return True


def _jpeg_ends(content: bytes) -> bool:
    """Whether its parts follow each other up to the picture, and the picture ends."""
    place = 2
    while place + 4 <= len(content) and content[place] == 0xFF:
        marker = content[place + 1]
        if marker == 0xFF:
            place += 1
        elif marker in _WITHOUT_LENGTH:
            place += 2
        elif marker == 0xDA:
            return content.find(b"\xff\xd9", place) > 0
        else:
            place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
    return False


def _look_through(content: bytes) -> None:
    """Refuses a PDF that is locked, or that runs, sends or carries anything, as far as its objects can be read."""
    if b"/Encrypt" in content:
        raise PaperRefused("locked")
    room = _UNFOLDED
    for piece in (content, *_objects(content)):
        room -= len(piece)
        if room < 0:
            raise PaperRefused("large")
        if _ACTS.search(_ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), piece)):
            raise PaperRefused("active")


def _objects(content: bytes) -> list[bytes]:
    """The objects that stand folded together in it; what does not unfold, no reader sees either."""
    found = []
    for start in _OBJECTS.finditer(content):
        end = content.find(b"endstream", start.end())
        try:
            found.append(inflated(content[start.end() : end].rstrip(b"\r\n"), at_most=_UNFOLDED))
        except TooMuch:
            raise PaperRefused("large") from None
        except Damaged:
            continue
    return found
