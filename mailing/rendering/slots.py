"""Slot marks: words that stand for what differs from reader to reader, and survive every tool on the way."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mailing.rendering.errors import UnfilledSlot
from mailing.rendering.model import Slot

_OPENING = "zqslot-"
_BY_NAME = {slot.value.replace("_", "-"): slot for slot in Slot}
_MARK = re.compile(rf"{_OPENING}({'|'.join(_BY_NAME)})(?:-x([0-9a-f]+))?-qz")
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Gap:
    """A place for a reader's value, and what stands there where the reader has none."""

    slot: Slot
    fallback: str = ""

    def value(self, values: Mapping[Slot, str]) -> str:
        """The reader's value without controls, on one line. Raises `UnfilledSlot` where none was given."""
        if self.slot not in values:
            raise UnfilledSlot(self.slot.value)
        return without_controls(values[self.slot]).strip() or self.fallback


def mark(slot: Slot, fallback: str = "") -> str:
    """The mark of a slot: letters, digits and hyphens only, so that it may stand in text, in a link or in a header."""
    tail = f"-x{fallback.encode().hex()}" if fallback else ""
    return f"{_OPENING}{slot.value.replace('_', '-')}{tail}-qz"


def split(text: str) -> Iterator[str | Gap]:
    """The text between marks and the gaps they stand for, in order; starts and ends with text, maybe empty."""
    position = 0
    for found in _MARK.finditer(text):
        yield text[position : found.start()]
        yield Gap(_BY_NAME[found[1]], bytes.fromhex(found[2] or "").decode(errors="replace"))
        position = found.end()
    yield text[position:]


def slots_in(text: str) -> frozenset[Slot]:
    """Which slots a text has marks of."""
    return frozenset(part.slot for part in split(text) if isinstance(part, Gap))


def disarmed(text: str) -> str:
    """Somebody's text in which no mark can be read: a word joiner, which nobody sees, breaks what looks like one."""
    return text.replace(_OPENING, "zq\u2060slot-")


def disarmed_link(url: str) -> str:
    """The same for a link, which means the same page with its hyphen escaped."""
    return url.replace(_OPENING, "zqslot%2D")


def without_controls(text: str) -> str:
    """`text` without control characters, direction overrides and halves of characters."""
    return _UNSEEN.sub("", text)
