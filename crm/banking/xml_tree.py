"""What the reader of camt needs of an XML document, however it is walked: elements, and who is told of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, Protocol

from crm.banking.errors import Refused

STATEMENTS = frozenset(("Stmt", "Ntfctn"))
DEPTH = 3
"""Where a statement stands: below the document and the message."""


class Element(Protocol):
    """An element, names without their namespace."""

    @property
    def name(self) -> str: ...
    @property
    def row(self) -> int: ...
    @property
    def text(self) -> str: ...
    @property
    def currency(self) -> str | None: ...

    def find(self, *path: str) -> Element | None:
        """The first element down this path."""

    def all(self, name: str) -> Sequence[Element]:
        """The elements of that name right inside."""

    def said(self, *path: str) -> str | None:
        """The text down this path, its spaces made single; None where there is none."""

    def refuse(self, why: Refused, expected: str | None = None, found: str | None = None) -> NoReturn:
        """Refuses the file because of this element."""


class Listener(Protocol):
    """Who is told what is met on the walk. What has been told is forgotten, so that memory stays flat."""

    def document(self, root: Element, message: Element, namespace: str) -> None:
        """The document and the message in it."""

    def begun(self, statement: Element) -> None:
        """A statement begins."""

    def transaction(self, element: Element) -> None:
        """A transaction of the entry that is being read."""

    def entry(self, element: Element, statement: Element) -> None:
        """An entry, its transactions told before. What stands before it in its statement can be found there."""

    def ended(self, statement: Element) -> None:
        """A statement, its entries told before."""
