"""The parts of a feed that we read, copied out of a stranger's tree into a small flat document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from lxml import etree

_MAX_TITLE = 5_000
_MAX_TEXT = 200_000
_MAX_ATTRIBUTE = 2_000
_MAX_PARTS = 120

_ATOM = "http://www.w3.org/2005/Atom"
_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_ABOUT = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about"
NAMESPACES = {
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "ev": "http://purl.org/rss/1.0/modules/event/",
    "media": "http://search.yahoo.com/mrss/",
}
"""The namespaces we read beside a feed's own words."""

_KNOWN = {uri.rstrip("/").lower(): prefix for prefix, uri in NAMESPACES.items()}
_OWN = frozenset(
    {"", _ATOM.lower(), "http://purl.org/atom/ns#", "http://purl.org/rss/1.0", "http://my.netscape.com/rdf/simple/0.9"}
)
_PARTS = {
    "": frozenset(
        {"title", "link", "guid", "id", "description", "summary", "content", "author", "category", "enclosure"}
        | {"pubDate", "published", "updated", "issued", "modified", "created", "language"}
    ),
    "dc": frozenset({"date", "creator", "subject", "language", "description", "title"}),
    "dcterms": frozenset({"valid", "issued", "created", "modified"}),
    "content": frozenset({"encoded"}),
    "ev": frozenset({"startdate", "enddate", "location", "type"}),
    "media": frozenset({"content", "thumbnail", "group"}),
}
_CHANNEL = frozenset({"title", "link", "language"})
_NESTING = frozenset({"author", "group"})
_ATTRIBUTES = ("href", "url", "type", "rel", "term", "isPermaLink", "medium", _LANG)


def outlined(root: Any, *, at_most: int) -> tuple[bytes, int]:
    """A well-formed document with the first `at_most` items of the feed, and how many items it had.

    Markup that stands unescaped in a text becomes escaped text; sizes and counts are bounded.
    """
    is_atom = _local(root) == "feed"
    space = f"{{{_ATOM}}}" if is_atom else ""
    out = etree.Element(f"{space}{'feed' if is_atom else 'rss'}", nsmap=_names(is_atom))
    _copy_attributes(root, out)
    target = out if is_atom else etree.SubElement(out, "channel")
    if not is_atom:
        out.set("version", "2.0")
    channel = next((child for child in root if _local(child) == "channel"), root)
    _copy_attributes(channel, target)
    for child in _first(channel):
        if _prefix(child) == "" and _local(child) in _CHANNEL and not (_is_atom(child) and not is_atom):
            _copy(child, target, space)
    count = 0
    for item in root.iter():
        if _local(item) in ("item", "entry") and _prefix(item) == "":
            count += 1
            if count <= at_most:
                _copy_item(item, etree.SubElement(target, f"{space}{'entry' if is_atom else 'item'}"), space)
    return etree.tostring(out, encoding="utf-8", xml_declaration=True), count


def _names(is_atom: bool) -> dict[str | None, str]:
    names: dict[str | None, str] = {None: _ATOM} if is_atom else {}
    names.update(NAMESPACES.items())
    return names


def _copy_item(item: Any, out: Any, space: str) -> None:
    _copy_attributes(item, out)
    for child in _first(item):
        prefix = _prefix(child)
        if prefix is None or _local(child) not in _PARTS[prefix] or (_is_atom(child) and not space):
            continue
        _copy(child, out, space)
    if not space and (about := item.get(_ABOUT)) and out.find("guid") is None:
        guid = etree.SubElement(out, "guid")
        guid.set("isPermaLink", "false")
        guid.text = about[:_MAX_ATTRIBUTE]


def _copy(element: Any, parent: Any, space: str) -> None:
    """One part, with its text; parts that nest by their nature keep one level."""
    prefix, name = _prefix(element), _local(element)
    out = etree.SubElement(parent, f"{{{NAMESPACES[prefix]}}}{name}" if prefix else f"{space}{name}")
    _copy_attributes(element, out)
    if name in _NESTING and len(element):
        for child in _first(element):
            known = _prefix(child)
            if known is not None:
                inner = etree.SubElement(out, f"{{{NAMESPACES[known]}}}{_local(child)}" if known else space + "name")
                _copy_attributes(child, inner)
                inner.text = (child.text or "")[:_MAX_ATTRIBUTE]
                if not known and _local(child) != "name":
                    out.remove(inner)
        return
    most = _MAX_TITLE if name == "title" else _MAX_TEXT
    if len(element):
        whole = etree.tostring(element, encoding="unicode", with_tail=False)
        out.text = whole[whole.index(">") + 1 : whole.rindex("</")][:most]
        if out.get("type"):
            out.set("type", "html")
    else:
        out.text = (element.text or "")[:most]
    if name == "valid":
        # feedparser knows the parts of a period only where no space surrounds them.
        out.text = "".join(out.text.split())


def _first(element: Any) -> Iterator[Any]:
    """The first children of an element: nobody needs more."""
    for number, child in enumerate(element):
        if number >= _MAX_PARTS:
            return
        yield child


def _copy_attributes(element: Any, out: Any) -> None:
    for name in _ATTRIBUTES:
        if value := element.get(name):
            out.set(name, value[:_MAX_ATTRIBUTE])


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _space(element: Any) -> str:
    tag = element.tag
    return tag[1:].partition("}")[0].rstrip("/").lower() if isinstance(tag, str) and tag.startswith("{") else ""


def _prefix(element: Any) -> str | None:
    """Which of our vocabularies an element is of: "" for the feed's own words, None for none of them."""
    space = _space(element)
    return "" if space in _OWN else _KNOWN.get(space)


def _is_atom(element: Any) -> bool:
    return _space(element) == _ATOM.lower()
