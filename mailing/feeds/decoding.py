"""Bytes of a feed to text, whatever the feed claims about its own encoding."""

from __future__ import annotations

import codecs
import re

from mailing.feeds.errors import NotAFeed

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_UNMARKED = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_DECLARED = re.compile(rb"""<\?xml\s[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._:-]{1,40})["']""")
_KNOWN = re.compile(r"ascii|utf-8|utf-16.*|utf-32.*|iso8859-\d+|cp125\d|koi8-[ru]|mac-.*|gb.*|big5|euc.*|shift.*")
_MANY = 5_000
WINDOWS = {code: bytes([code]).decode("cp1252", "ignore") for code in range(0x80, 0xA0)}
"""What the control characters of Latin-1 were meant to be."""

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def decoded(body: bytes) -> str:
    """The text of `body`, with every character that XML forbids left out.

    The declared encoding is believed where it works. A page that claims UTF-8 but holds Latin-1 (or quotes of
    Windows) is read byte by byte as what it must be, so that nothing is lost. Raises `NotAFeed` for an encoding that
    no feed uses (UTF-7 hides markup from whoever looks for it).
    """
    for mark, encoding in _MARKS:
        if body.startswith(mark):
            return _clean(body[len(mark) :].decode(encoding, "replace"))
    start = body[:400].lstrip(b" \t\r\n")
    for pattern, encoding in _UNMARKED:
        if start.startswith(pattern):
            return _clean(body.decode(encoding, "replace"))
    return _clean(_declared(body))


def _declared(body: bytes) -> str:
    found = _DECLARED.search(body[:4000])
    claimed = found[1].decode("ascii") if found else "utf-8"
    try:
        encoding = codecs.lookup(claimed).name
    except LookupError:
        encoding = ""
    if not _KNOWN.fullmatch(encoding):
        raise NotAFeed(f"codage inconnu : {claimed}")
    if encoding in ("iso8859-1", "ascii"):
        encoding = "cp1252"
    if encoding == "cp1252":
        return _windows(body)
    if encoding == "utf-8" or encoding.startswith(("utf-16", "utf-32")):
        # A declaration one can read as ASCII cannot stand in UTF-16: it lies, and UTF-8 is what is meant.
        if body.decode("utf-8", "replace").count("\ufffd") > _MANY:
            return _windows(body)
        return body.decode("utf-8", "portevoix.one_byte")
    return body.decode(encoding, "replace")


def _windows(body: bytes) -> str:
    return body.decode("latin-1").translate(WINDOWS)


def _clean(text: str) -> str:
    return _NOT_XML.sub("", text)


def _one_byte(error: UnicodeError) -> tuple[str, int]:
    """A byte that cannot be what was claimed is a character of Windows (or of Latin-1 where Windows has none)."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return _windows(error.object[error.start : error.start + 1]), error.start + 1


codecs.register_error("portevoix.one_byte", _one_byte)
