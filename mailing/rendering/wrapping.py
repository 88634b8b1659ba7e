"""Plain text as one would type a letter: short lines, underlined titles, links on lines of their own."""

from __future__ import annotations

from mailing.rendering.model import Slot
from mailing.rendering.slots import Gap, split
from mailing.rendering.words import Line, Paragraph

WIDTH = 72
_VALUE_WIDTHS = {Slot.FIRST_NAME: 8, Slot.ADDRESS: 28}
_STRAY = " ,;.:!?…)"


def wrapped(text: str, first: str = "", rest: str | None = None) -> str:
    """`text` in lines of at most 72 characters; a longer word (a link) has a line of its own.

    `first` and `rest` begin the first and the other lines. Hard spaces do not break.
    """
    rest = first if rest is None else rest
    lines, current = [], first
    empty = True
    for word in text.split(" "):
        if not word:
            continue
        if not empty and _width(current) + 1 + _width(word) > WIDTH:
            lines.append(current)
            current, empty = rest, True
        current = f"{current}{word}" if empty else f"{current} {word}"
        empty = False
    return "\n".join([*lines, current]).rstrip() if text.strip() else ""


def underlined(text: str, line: str = "-") -> str:
    """A title, wrapped, with a line below as long as its longest line."""
    title = wrapped(text)
    return f"{title}\n{line * max(map(_width, title.split(chr(10))))}" if title else ""


def letter(words: tuple[Paragraph, ...]) -> str:
    """Paragraphs with an empty line between them, each link on its own line."""
    return "\n\n".join("\n".join(_typed(line) for line in paragraph) for paragraph in words)


def _typed(line: Line) -> str:
    pieces = []
    for number, run in enumerate(line):
        text = run.url or (run.text.lstrip(_STRAY) if number else run.text)
        if text.strip():
            pieces.append(text if run.url else wrapped(text))
    return "\n".join(pieces)


def _width(text: str) -> int:
    """How wide a text will look: a mark counts as a usual value. A link's own line is as long as it is."""
    return sum(_VALUE_WIDTHS.get(part.slot, WIDTH) if isinstance(part, Gap) else len(part) for part in split(text))
