"""The elements of a page, with what they say; for looking, not for changing."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

_VOID = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
)


@dataclass(slots=True)
class Element:
    """One element. `text` is all that is said inside it, `own_text` only what is said right there."""

    name: str
    attributes: dict[str, str | None]
    text: str = ""
    own_text: str = ""
    picture_text: str = ""
    """The alternative texts of the pictures inside."""


@dataclass
class _Reader(HTMLParser):
    found: list[Element] = field(default_factory=list)
    open: list[Element] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(convert_charrefs=True)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, dict(attrs))
        self.found.append(element)
        if tag == "img":
            for around in self.open:
                around.picture_text += element.attributes.get("alt") or ""
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        for position in range(len(self.open) - 1, -1, -1):
            if self.open[position].name == tag:
                del self.open[position:]
                return

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.text += data
        if self.open:
            self.open[-1].own_text += data


def elements(html: str) -> list[Element]:
    """Every element of a page in the order it begins; comments (what only Outlook sees) are left out."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return reader.found
