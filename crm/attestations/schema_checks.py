"""A finished XML file held against a schema: in little memory, and by fiche where something is wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from copy import deepcopy
from pathlib import Path
from typing import IO, Any

from lxml import etree

Reading = Callable[[], IO[bytes]]
"""Opens the file anew, from its beginning."""
MOST = 200
"""Flaws that are told."""
_FICHE = "Fiche28171"
_PLACE = re.compile(rf"/{_FICHE}(?:\[(\d+)\])?(?:/|$)")
_SOME = 500
_SAFE: dict[str, Any] = {"resolve_entities": False, "no_network": True, "load_dtd": False}


def flaws(reading: Reading, schema_file: Path) -> tuple[tuple[int | None, str], ...]:
    """(which fiche, counted from nought, or None of the whole file; the rule it breaks), never what stood there."""
    schema = etree.XMLSchema(etree.parse(schema_file, etree.XMLParser(**_SAFE)))
    try:
        for fiche in _fiches(reading, schema=schema):
            _drop(fiche)
    except etree.XMLSyntaxError:
        return tuple(dict.fromkeys(_named(reading, schema)))[:MOST]
    return ()


def _named(reading: Reading, schema: etree.XMLSchema) -> Iterator[tuple[int | None, str]]:
    """A look at some fiches at a time, within the same frame: streaming, the library does not say which one it was."""
    try:
        frame = _frame(reading)
        tray = next(iter(frame.iter("Opgave32571")))
    except (etree.XMLSyntaxError, StopIteration):
        yield None, "not whole"
        return
    start = found = 0
    for fiche in _fiches(reading):
        tray.append(deepcopy(fiche))
        _drop(fiche)
        if len(tray) == _SOME:
            some = list(_of_frame(frame, schema, start))
            found += len(some)
            yield from some
            if found >= MOST:
                return
            start += len(tray)
            tray.clear()
    if len(tray):
        yield from _of_frame(frame, schema, start)


def _of_frame(frame: etree._Element, schema: etree.XMLSchema, start: int) -> Iterator[tuple[int | None, str]]:
    if schema.validate(frame):
        return
    for error in schema.error_log:
        place = _PLACE.search(error.path or "")
        yield None if place is None else start + int(place[1] or 1) - 1, error.type_name


def _frame(reading: Reading) -> etree._Element:
    """The file without its fiches."""
    last = None
    for fiche in _fiches(reading):
        _drop(fiche)
        last = fiche
    if last is None:
        raise StopIteration
    root, tray = last.getroottree().getroot(), last.getparent()
    if tray is not None:
        tray.clear()
    return root


def _fiches(reading: Reading, **facts: Any) -> Iterator[etree._Element]:
    with reading() as file:
        for _, fiche in etree.iterparse(file, tag=_FICHE, **_SAFE, **facts):
            yield fiche


def _drop(fiche: etree._Element) -> None:
    fiche.clear()
    parent = fiche.getparent()
    while parent is not None and fiche.getprevious() is not None:
        del parent[0]
