"""camt.053 and camt.054: the statements and notifications of ISO 20022, from version 02 on.

Versions differ little for a reader: from 08 on a status and the parties stand one element deeper. Only booked entries
count. An entry whose transactions make its amount to the cent comes as its transactions.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator
from datetime import date
from typing import IO

from crm.banking import references, xml_exact, xml_quick
from crm.banking.camt_entry import EURO, Transaction, amount, day, lines_of, sign, transaction
from crm.banking.errors import FileRefused, Refused
from crm.banking.model import Begun, Format, Piece, Statement
from crm.banking.xml_tree import Element, Listener
from crm.values.money import exact

_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.05[34])\.001\.(\d{2})")
_MESSAGES = {"BkToCstmrStmt": Format.CAMT_053, "BkToCstmrDbtCdtNtfctn": Format.CAMT_054}
_OPENING, _CLOSING, _BETWEEN = ("OPBD", "PRCD"), ("CLBD",), "ITBD"


def read(stream: IO[bytes]) -> Iterator[Piece]:
    """Every statement of a file: its beginning, its lines, then itself with its balances checked.

    Memory holds one entry. Raises `FileRefused`, and nothing else, whatever the bytes: what the quick walk refuses is
    walked again, to say where it is wrong.
    """
    try:
        yield from _read(stream, xml_quick.walk)
    except FileRefused:
        stream.seek(0)
        deque(_read(stream, xml_exact.walk), maxlen=0)
        raise


def _read(stream: IO[bytes], walk: Callable[[IO[bytes], Listener], Iterator[None]]) -> Iterator[Piece]:
    reading = _Reading()
    for _ in walk(stream, reading):
        yield from reading.pieces
        reading.pieces.clear()
    if reading.statements == 0:
        raise FileRefused(Refused.ABSENT, line=1, column=1)


class _Reading:
    """A document while its statements come."""

    def __init__(self) -> None:
        self.pieces: list[Piece] = []
        self.statements = 0
        self._format = Format.CAMT_053
        self._transactions: list[Transaction] = []
        self._account = ""
        self._lines = 0
        self._moved = 0

    def document(self, root: Element, message: Element, namespace: str) -> None:
        """Which message this is; another one is refused."""
        found = _NAMESPACE.fullmatch(namespace)
        if not found or int(found.group(2)) < 2:
            iso = namespace.startswith("urn:iso:std:iso:20022")
            root.refuse(Refused.OTHER_MESSAGE if iso else Refused.UNKNOWN_FORMAT)
        if message.name not in _MESSAGES:
            message.refuse(Refused.OTHER_MESSAGE)
        self._format = _MESSAGES[message.name]

    def begun(self, statement: Element) -> None:
        """A statement begins; its account comes later."""
        self._account, self._lines, self._moved = "", 0, 0
        self._transactions = []

    def transaction(self, element: Element) -> None:
        """A transaction waits for the entry around it."""
        self._transactions.append(transaction(element))

    def entry(self, element: Element, statement: Element) -> None:
        """An entry becomes its lines, where it is booked."""
        transactions, self._transactions = self._transactions, []
        self._begin(statement)
        if (element.said("Sts", "Cd") or element.said("Sts") or "BOOK") != "BOOK":
            return
        created = day(statement.find("CreDtTm")) or element.refuse(Refused.ABSENT)
        made = lines_of(element, transactions, own_account=self._account, otherwise_on=created)
        self._moved += sum(line.cents for line in made)
        self._lines += len(made)
        self.pieces += made

    def _begin(self, statement: Element) -> None:
        if self._account:
            return
        self.statements += 1
        self._account = _account(statement)
        opening, _ = _balance(statement, _OPENING, 0)
        self.pieces.append(
            Begun(
                row=statement.row,
                format=self._format,
                account=self._account,
                opening_cents=opening,
                extract=self._format is Format.CAMT_054,
            )
        )

    def ended(self, statement: Element) -> None:
        """The statement itself, where its balances hold."""
        self._begin(statement)
        opening, opening_on = _balance(statement, _OPENING, 0)
        closing, closing_on = _balance(statement, _CLOSING, -1)
        if opening is not None and closing is not None and opening + self._moved != closing:
            statement.refuse(Refused.BALANCE, exact(opening + self._moved), exact(closing))
        self.pieces.append(
            Statement(
                row=statement.row,
                format=self._format,
                account=self._account,
                holder=statement.said("Acct", "Ownr", "Nm"),
                reference=statement.said("ElctrncSeqNb") or statement.said("Id"),
                opening_cents=opening,
                opening_on=opening_on,
                closing_cents=closing,
                closing_on=closing_on or day(statement.find("CreDtTm")),
                line_count=self._lines,
                extract=self._format is Format.CAMT_054,
                duplicate=statement.said("CpyDplctInd") in {"COPY", "DUPL", "CODU"},
            )
        )


def _account(statement: Element) -> str:
    element = statement.find("Acct") or statement.refuse(Refused.ACCOUNT)
    currency = element.find("Ccy")
    if currency is not None and currency.text.strip() != EURO:
        currency.refuse(Refused.CURRENCY)
    number = element.said("Id", "IBAN") or element.said("Id", "Othr", "Id") or ""
    return references.account(number) or element.refuse(Refused.ACCOUNT)


def _balance(statement: Element, kinds: tuple[str, ...], place: int) -> tuple[int | None, date | None]:
    """The balance of one of these kinds; else, of a statement cut in pages, the first or last in between."""
    balances = [(one.said("Tp", "CdOrPrtry", "Cd"), one) for one in statement.all("Bal")]
    found = [one for wanted in kinds for kind, one in balances if kind == wanted]
    between = [one for kind, one in balances if kind == _BETWEEN]
    if not found and len(between) + (_has(balances, _OPENING) or _has(balances, _CLOSING)) >= 2:
        found = [between[place]] if between else []
    if not found:
        return None, None
    one = found[0]
    return (amount(one.find("Amt"), one) or 0) * sign(one), day(one.find("Dt"))


def _has(balances: list[tuple[str | None, Element]], kinds: tuple[str, ...]) -> bool:
    return any(kind in kinds for kind, _ in balances)
