"""The exact walk through an XML document, by expat: each element knows its line and column. Slow, and for errors.

Nothing outside the file is ever fetched: a document type declaration is refused, and with it every entity.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NoReturn
from xml.parsers import expat

from crm.banking.errors import FileRefused, Refused
from crm.banking.xml_tree import DEPTH, STATEMENTS, Listener

_DEEPEST = 48
_WIDEST = 5_000
_LONGEST = 20_000
_BLOCK = 64 * 1024


@dataclass(slots=True)
class Exact:
    """An element with what stands in it."""

    name: str
    row: int
    column: int
    currency: str | None = None
    text: str = ""
    inside: list[Exact] = field(default_factory=list)

    def find(self, *path: str) -> Exact | None:
        here: Exact = self
        for name in path:
            for element in here.inside:
                if element.name == name:
                    here = element
                    break
            else:
                return None
        return here

    def all(self, name: str) -> list[Exact]:
        return [element for element in self.inside if element.name == name]

    def said(self, *path: str) -> str | None:
        found = self.find(*path)
        return (" ".join(found.text.split()) or None) if found is not None else None

    def refuse(self, why: Refused, expected: str | None = None, found: str | None = None) -> NoReturn:
        raise FileRefused(why, line=self.row, column=self.column, expected=expected, found=found)


def walk(stream: IO[bytes], listener: Listener) -> Iterator[None]:
    """Tells a listener what the document holds, block by block. Raises `FileRefused`, and nothing else."""
    parser = _Walk(listener).parser
    while True:
        block = stream.read(_BLOCK)
        try:
            parser.Parse(block, not block)
        except (expat.ExpatError, LookupError, ValueError) as error:
            line, column = parser.ErrorLineNumber, parser.ErrorColumnNumber
            raise FileRefused(Refused.NOT_XML, line=max(line, 1), column=column + 1) from error
        yield
        if not block:
            return


class _Walk:
    """Where the walk stands: the path of elements down to the one that is being read."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._path: list[Exact] = []
        self._names: dict[str, tuple[str, str]] = {}
        self.parser = expat.ParserCreate(namespace_separator="}")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.StartDoctypeDeclHandler = self._doctype

    def _doctype(self, *_: object) -> None:
        self._refuse(Refused.DOCTYPE)

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        path = self._path
        if name not in self._names:
            if len(self._names) > _WIDEST:
                self._refuse(Refused.OVERSIZE)
            namespace, _, local = name.rpartition("}")
            self._names[name] = namespace, local
        namespace, local = self._names[name]
        parser = self.parser
        element = Exact(local, parser.CurrentLineNumber, parser.CurrentColumnNumber + 1, attributes.get("Ccy"))
        path.append(element)
        if len(path) == 1 and local != "Document":
            self._refuse(Refused.UNKNOWN_FORMAT)
        elif len(path) == DEPTH - 1:
            self._listener.document(path[0], element, namespace)
        elif len(path) == DEPTH and local in STATEMENTS:
            self._listener.begun(element)
        elif len(path) > _DEEPEST:
            self._refuse(Refused.DEPTH)

    def _end(self, name: str) -> None:
        element = self._path.pop()
        path, depth = self._path, len(self._path)
        if not path:
            return
        if depth == DEPTH - 1:
            if element.name in STATEMENTS:
                self._listener.ended(element)
        elif depth >= DEPTH and path[DEPTH - 1].name in STATEMENTS:
            around = path[-1]
            if depth == DEPTH and element.name == "Ntry":
                self._listener.entry(element, path[DEPTH - 1])
            elif element.name == "TxDtls" and around.name == "NtryDtls":
                self._listener.transaction(element)
            else:
                if len(around.inside) >= _WIDEST:
                    element.refuse(Refused.OVERSIZE)
                around.inside.append(element)

    def _text(self, text: str) -> None:
        if self._path and not text.isspace():
            element = self._path[-1]
            element.text += text
            if len(element.text) > _LONGEST:
                element.refuse(Refused.OVERSIZE)

    def _refuse(self, why: Refused) -> NoReturn:
        parser = self.parser
        raise FileRefused(why, line=parser.CurrentLineNumber, column=parser.CurrentColumnNumber + 1)
