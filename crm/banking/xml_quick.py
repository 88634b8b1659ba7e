"""The quick walk through an XML document, by lxml: it knows neither columns nor, of long files, lines.

Where anything is wrong it only says so; `xml_exact` then walks the same way and says where.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Any, NoReturn

from lxml import etree

from crm.banking.errors import FileRefused, Refused
from crm.banking.xml_tree import DEPTH, STATEMENTS, Listener

_TOLD = tuple(f"{{*}}{name}" for name in (*sorted(STATEMENTS), "Ntry", "TxDtls"))


_NAMES: dict[str, str] = {}
_MANY = 2_000


def _local(tag: object) -> str:
    """The name of a tag without its namespace; of a comment, none."""
    if not isinstance(tag, str):
        return ""
    found = _NAMES.get(tag)
    if found is None:
        found = tag.rpartition("}")[2]
        if len(_NAMES) < _MANY:
            _NAMES[tag] = found
    return found


class _Quick:
    """An element of lxml, its namespace out of sight. What stands in it is looked at once."""

    __slots__ = ("_inside", "_it")

    def __init__(self, it: Any) -> None:
        self._it = it
        self._inside: dict[str, _Quick] | None = None

    @property
    def name(self) -> str:
        return _local(self._it.tag)

    @property
    def row(self) -> int:
        return int(self._it.sourceline or 1)

    @property
    def text(self) -> str:
        return self._it.text or ""

    @property
    def currency(self) -> str | None:
        found: str | None = self._it.get("Ccy")
        return found

    def look(self) -> dict[str, _Quick]:
        """The first element of each name right inside."""
        found = self._inside = {}
        for it in self._it:
            name = _local(it.tag)
            if name not in found:
                found[name] = _Quick(it)
        return found

    def find(self, *path: str) -> _Quick | None:
        here = self
        for name in path:
            inside = here._inside
            if inside is None:
                inside = here.look()
            found = inside.get(name)
            if found is None:
                return None
            here = found
        return here

    def all(self, name: str) -> list[_Quick]:
        first = self.find(name)
        return [] if first is None else [_Quick(one) for one in self._it.iterchildren(first._it.tag)]

    def said(self, *path: str) -> str | None:
        found = self.find(*path)
        text = found._it.text if found is not None else None
        return (" ".join(text.split()) or None) if text else None

    def refuse(self, why: Refused, expected: str | None = None, found: str | None = None) -> NoReturn:
        raise FileRefused(why, line=self.row, column=1, expected=expected, found=found)


def walk(stream: IO[bytes], listener: Listener) -> Iterator[None]:
    """Tells a listener what the document holds, yielding now and then. Raises `FileRefused`, and nothing else."""
    try:
        yield from _walk(stream, listener)
    except etree.LxmlError as error:
        line, column = getattr(error, "position", (1, 1))
        raise FileRefused(Refused.NOT_XML, line=max(line, 1), column=max(column, 1)) from error


def _walk(stream: IO[bytes], listener: Listener) -> Iterator[None]:
    met = etree.iterparse(
        stream, events=("start", "end"), tag=_TOLD, resolve_entities=False, no_network=True, load_dtd=False
    )
    statement: _Quick | None = None
    inside: Any = None
    for event, it in met:
        name = _local(it.tag)
        if event == "start":
            above = list(it.iterancestors()) if statement is None and name in STATEMENTS else []
            if len(above) == DEPTH - 1:
                if it.getroottree().docinfo.doctype:
                    raise FileRefused(Refused.DOCTYPE, line=1, column=1)
                inside, statement = it, _Quick(it)
                listener.document(_Quick(above[1]), _Quick(above[0]), it.tag.rpartition("}")[0][1:])
                listener.begun(statement)
        elif statement is None:
            continue
        elif it is inside:
            listener.ended(_Quick(it))
            it.clear()
            statement = inside = None
            yield
        elif name == "Ntry" and it.getparent() is inside:
            listener.entry(_Quick(it), statement)
            _forget(it)
            yield
        elif name == "TxDtls" and _local(it.getparent().tag) == "NtryDtls":
            listener.transaction(_Quick(it))
            _forget(it)


def _forget(it: Any) -> None:
    """Empties an element that has been told, and takes out the one before it: the parser still stands on this one."""
    it.clear()
    before = it.getprevious()
    if before is not None and before.tag == it.tag:
        it.getparent().remove(before)
