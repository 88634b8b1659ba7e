"""Pictures of signatures: what is taken in (PNG or SVG), and as what it is drawn (SVG alone, sure to fetch nothing)."""

from __future__ import annotations

import base64
import struct
import zlib

from lxml import etree

from crm.values.errors import Invalid

MOST_BYTES = 120_000
"""It goes on every paper: a picture of a signature is small."""
NARROWEST, WIDEST = 1.0, 5.0
"""How many times as wide as high."""
_SMALLEST, _LARGEST = 100, 3000
_PNG = b"\x89PNG\r\n\x1a\n"
_SVG = "http://www.w3.org/2000/svg"
_SHAPES = frozenset(
    {"svg", "g", "defs", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "title", "desc"}
    | {"clipPath", "linearGradient", "radialGradient", "stop"}
)


def drawing(picture: bytes) -> str:
    """The picture as an SVG text. Raises Invalid (`picture`) for what is too large, of another kind, or not safe."""
    if not 0 < len(picture) <= MOST_BYTES:
        raise _wrong("a picture of at most 120 kB")
    return _of_png(picture) if picture.startswith(_PNG) else _of_svg(picture)


def _of_png(picture: bytes) -> str:
    width, height = _size(picture)
    if not all(_SMALLEST // 4 <= side <= _LARGEST for side in (width, height)) or width < _SMALLEST:
        raise _wrong("a picture 100 to 3000 dots wide")
    _proportions(width, height)
    content = base64.b64encode(picture).decode()
    image = f'<image width="{width}" height="{height}" href="data:image/png;base64,{content}"/>'
    return f'<svg xmlns="{_SVG}" width="{width}" height="{height}" viewBox="0 0 {width} {height}">{image}</svg>'


def _size(picture: bytes) -> tuple[int, int]:
    """Width and height, where each of its parts is whole."""
    place, ended = len(_PNG), False
    while not ended:
        if place + 12 > len(picture):
            raise _wrong("a whole picture")
        length = int.from_bytes(picture[place : place + 4], "big")
        part = picture[place + 4 : place + 8 + length]
        if picture[place + 8 + length : place + 12 + length] != zlib.crc32(part).to_bytes(4, "big"):
            raise _wrong("a whole picture")
        ended, place = part[:4] == b"IEND", place + 12 + length
    if picture[12:16] != b"IHDR":
        raise _wrong("a whole picture")
    width, height = struct.unpack(">II", picture[16:24])
    return width, height


def _of_svg(picture: bytes) -> str:
    if b"<!DOCTYPE" in picture.upper() or b"<!ENTITY" in picture.upper():
        raise _wrong("a drawing without declarations")
    try:
        root = etree.fromstring(picture, etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True))
    except (etree.XMLSyntaxError, ValueError):
        raise _wrong("a PNG or SVG picture") from None
    if root.tag != f"{{{_SVG}}}svg":
        raise _wrong("a PNG or SVG picture")
    for element in list(root.iter()):
        _tidy(element)
    box = [float(one) for one in root.get("viewBox", "").replace(",", " ").split() if _is_number(one)]
    if len(box) != 4 or box[2] <= 0 or box[3] <= 0:
        raise _wrong("a drawing with its viewBox")
    _proportions(box[2], box[3])
    root.set("width", str(box[2]))
    root.set("height", str(box[3]))
    etree.cleanup_namespaces(root)
    return str(etree.tostring(root, encoding="unicode"))


def _tidy(element: etree._Element) -> None:
    """Takes out what drawing programs leave of their own; refuses what could do or fetch anything."""
    name = element.tag if isinstance(element.tag, str) else ""
    if not name.startswith(f"{{{_SVG}}}") or name.endswith("}metadata"):
        parent = element.getparent()
        if parent is not None:
            parent.remove(element)
        return
    if name.removeprefix(f"{{{_SVG}}}") not in _SHAPES:
        raise _wrong("a drawing of lines and surfaces alone")
    for attribute, value in list(element.attrib.items()):
        if "}" in str(attribute):
            del element.attrib[attribute]
        elif str(attribute).lower().startswith("on") or "url(" in str(value).lower().replace("url(#", ""):
            raise _wrong("a drawing that fetches nothing")


def _proportions(width: float, height: float) -> None:
    if not NARROWEST <= width / height <= WIDEST:
        raise _wrong("a picture wider than high, at most five times")


def _is_number(text: str) -> bool:
    try:
        return abs(float(text)) < 1e6
    except ValueError:
        return False


def _wrong(wanted: str) -> Invalid:
    return Invalid(f"a signature is {wanted}", field="picture")
