"""Header lines written by ourselves: RFC 2047 words, RFC 5322 folding, and nothing that could end a line early.

The standard library is not used for this: until CPython 3.12.1 its serialiser decodes an encoded word found in a value
and writes the line break hidden in it (CVE-2024-6923).
"""

from __future__ import annotations

import base64
import re

from mailing.delivery.errors import UnsafeHeader

LINE = 78
LONGEST_LINE = 998
_ENCODED_WORD = 75
_BREAKS = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
_PLAIN = re.compile(r"[ -~]*\Z")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+\Z")
_URL = re.compile(r"(?:https?://|mailto:)[!#-;=?-~]+\Z")
_ASCII_ADDRESS = re.compile(r"[!#-'*+\-./0-9=?A-Z^-~]+@[A-Za-z0-9.-]+\Z")
_ADDRESS_UNSAFE = re.compile('[\x00-\x20\x7f-\xa0\u2028\u2029\ud800-\udfff<>,;:()\\[\\]\\\\"]')
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}\Z")


def tidy(text: str) -> str:
    """`text` on one line: control characters, line and paragraph separators and runs of spaces become one space."""
    return " ".join(_BREAKS.sub(" ", text).split())


def line(name: str, body: str) -> bytes:
    """One header, folded at its spaces. `body` is made by the functions below, or a constant of ours.

    Raises `UnsafeHeader` for a body that holds a line break or a control character, or that cannot be folded.
    """
    if not _NAME.match(name) or _BREAKS.search(body) or body != body.strip():
        raise UnsafeHeader(f"the value of {name[:41]!r} cannot stand in a header", field=name[:41])
    first, *words = body.split(" ")
    lines, current = [], f"{name}: {first}"
    for word in words:
        if len(current) + 1 + len(word) > LINE:
            lines.append(current)
            current = f" {word}"
        else:
            current = f"{current} {word}"
    lines.append(current)
    encoded = [part.encode() for part in lines]
    if any(len(part) > LONGEST_LINE or not part.strip() for part in encoded):
        raise UnsafeHeader(f"the value of {name!r} cannot be folded", field=name)
    return b"\r\n".join(encoded) + b"\r\n"


def text(value: str, *, name: str = "Subject") -> str:
    """Any text as the body of an unstructured header. What looks like an encoded word is encoded itself."""
    value = tidy(value)
    if _PLAIN.match(value) and "=?" not in value and all(len(word) < LONGEST_LINE // 2 for word in value.split()):
        return value
    return _encoded(value, first=len(name) + 2)


def mailbox(display_name: str, address: str) -> str:
    """`Name <address>`, or the bare address where there is no name. Raises `UnsafeHeader` for a wrong address."""
    address = safe_address(address)
    name = phrase(display_name)
    return f"{name} <{address}>" if name else address


def phrase(value: str) -> str:
    """A display name: plain atoms, a quoted string, or encoded words."""
    value = tidy(value)
    if not _PLAIN.match(value) or "=?" in value or len(value) > LINE:
        return _encoded(value, first=20)
    if not value or _ATOMS.match(value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'


def safe_address(address: str) -> str:
    """`address` itself, where it can stand between angle brackets in a header or an SMTP command."""
    local, at, domain = address.rpartition("@")
    if not at or not local or not domain or len(address) > 320:
        raise UnsafeHeader("not an address that can be written to", field="address")
    if "=?" in address or (not _ASCII_ADDRESS.match(address) and _ADDRESS_UNSAFE.search(address)):
        raise UnsafeHeader("not an address that can be written to", field="address")
    return address


def url(value: str) -> str:
    """`<url>` for the List-* headers. Raises `UnsafeHeader` for anything but a plain http(s) or mailto address."""
    if not _URL.match(value) or len(value) > 900:
        raise UnsafeHeader("not an address that can stand in a header", field="url")
    return f"<{value}>"


def _encoded(value: str, *, first: int) -> str:
    """Encoded words of at most 75 characters, cut between characters; the first leaves room for `first` more."""
    quoted = sum(1 if _is_plain(c) else 3 * len(c.encode()) for c in value)
    write = _q if quoted <= len(value.encode()) * 4 / 3 + 8 else _b
    words, part, room = [], "", _ENCODED_WORD - first
    for character in value:
        if part and len(write(part + character)) > room:
            words.append(write(part))
            part, room = "", _ENCODED_WORD
        part += character
    words.append(write(part))
    return " ".join(words)


def _is_plain(character: str) -> bool:
    return (character.isascii() and character.isalnum()) or character == " "


def _q(part: str) -> str:
    letters = ("_" if c == " " else c if _is_plain(c) else "".join(f"={b:02X}" for b in c.encode()) for c in part)
    return f"=?utf-8?q?{''.join(letters)}?="


def _b(part: str) -> str:
    return f"=?utf-8?b?{base64.b64encode(part.encode()).decode()}?="
