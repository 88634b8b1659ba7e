"""CODA, the coded statement of Belgian banks (Febelfin, versions 1 and 2): records of 128 characters in fixed places.

    0 header · 1 old balance · 2.1 2.2 2.3 a movement · 3.1 3.2 3.3 what the bank adds · 8 new balance · 4 messages ·
    9 trailer, with the number of records and the totals of debits and credits. Then the next statement.

A movement is a record 2.1 with detail number 0000; those that follow under its sequence number are its details, and
count once: as they are where they make its amount exactly, else not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Final, NoReturn

from crm.banking import coda_records as fields
from crm.banking import references
from crm.banking.coda_movement import Movement, begun, lines_of, second, third, told
from crm.banking.coda_records import Record
from crm.banking.errors import FileRefused, Refused
from crm.banking.model import Begun, Format, Line, Piece, Statement
from crm.values.money import exact

_ACCOUNTS: Final = {"0": (0, 12, 13), "1": (0, 34, 34), "2": (0, 31, 34), "3": (0, 34, 34)}
"""Where the number stands in the 37 characters of an account, by its structure, and where its currency begins."""


def read(stream: IO[bytes]) -> Iterator[Piece]:
    """Every statement of a file: its beginning, its lines, then itself with its balances checked.

    Memory holds one movement with its details. Raises `FileRefused`, and nothing else, whatever the bytes.
    """
    found = False
    statement: _Reading | None = None
    last = 1
    for record in fields.records(stream):
        row, text = last, _ = record
        found = True
        if text[0] == "0":
            if statement is not None:
                raise FileRefused(Refused.ORDER, line=row, column=1)
            statement = _Reading(record)
        elif statement is None:
            _stray(record)
        elif text[0] == "9":
            yield from statement.ended(record)
            statement = None
        else:
            yield from statement.taken(record)
    if not found:
        raise FileRefused(Refused.EMPTY, line=1, column=1)
    if statement is not None:
        raise FileRefused(Refused.CUT, line=last, column=fields.WIDTH + 1)


def _stray(record: Record) -> NoReturn:
    known = record[1][0] in "123489"
    raise FileRefused(Refused.ORDER if known else Refused.RECORD, line=record[0], column=1)


class _Reading:
    """One statement while its records come."""

    def __init__(self, header: Record) -> None:
        row, text = header
        if text[127] not in "12":
            raise FileRefused(Refused.VERSION, line=row, column=128)
        self._row = row
        self._version = int(text[127])
        self._created = fields.day(header, 5)
        self._duplicate = text[16] == "D"
        self._extract = text[83:88].strip("0 ") != ""
        self._old: Record | None = None
        self._new: Record | None = None
        self._account = ""
        self._opening = 0
        self._movement: Movement | None = None
        self._newest: Movement | None = None
        self._told: list[str] = []
        self._told_key, self._told_structured = "", False
        self._records = self._debits = self._credits = self._lines = 0

    def taken(self, record: Record) -> Iterator[Piece]:
        """What one record between header and trailer hands on."""
        row, text = record
        kind = text[0]
        self._records += kind != "4"
        if kind == "1" and self._old is None:
            yield self._begin(record)
        elif self._old is None:
            _stray(record)
        elif kind == "4":
            return
        elif self._new is not None:
            _stray(record)
        elif kind == "2":
            yield from self._moved(record)
        elif kind == "3":
            self._added(record)
        elif kind == "8":
            yield from self._flush()
            self._new = record
            if self._number_of(record, 4) != self._account:
                raise FileRefused(Refused.OTHER_ACCOUNT, line=row, column=5)
        else:
            _stray(record)

    def ended(self, record: Record) -> Iterator[Piece]:
        """The last lines, and the statement, where all its checks hold."""
        if self._old is None:
            _stray(record)
        yield from self._flush()
        closing = self._closing(record)
        self._totals(record)
        old = self._old[1]
        year, number = self._created.year, old[125:128]
        yield Statement(
            row=self._row,
            format=Format.CODA,
            account=self._account,
            holder=" ".join(old[64:90].split()) or None,
            reference=f"{year}-{number}" if number.strip("0 ") else None,
            opening_cents=self._opening,
            opening_on=fields.day_or_none(self._old, 58),
            closing_cents=closing,
            closing_on=fields.day_or_none(self._new, 57) if self._new else self._created,
            line_count=self._lines,
            extract=self._extract,
            duplicate=self._duplicate,
        )

    def _begin(self, record: Record) -> Begun:
        self._old = record
        self._account = self._number_of(record, 5)
        self._opening = fields.cents(record, 42, 43)
        opening = None if self._extract else self._opening
        return Begun(
            row=self._row, format=Format.CODA, account=self._account, opening_cents=opening, extract=self._extract
        )

    def _number_of(self, record: Record, at: int) -> str:
        old = self._old or record
        structure = "0" if self._version == 1 else old[1][1]
        if structure not in _ACCOUNTS:
            raise FileRefused(Refused.ACCOUNT, line=old[0], column=2)
        start, end, currency = _ACCOUNTS[structure]
        row, text = record
        if text[at + currency : at + currency + 3] not in {"EUR", "   "}:
            raise FileRefused(Refused.CURRENCY, line=row, column=at + currency + 1)
        account = references.account(text[at + start : at + end])
        if not account:
            raise FileRefused(Refused.ACCOUNT, line=row, column=at + 1)
        return account

    def _moved(self, record: Record) -> Iterator[Line]:
        row, text = record
        article = text[1]
        if article == "1":
            fields.number(record, 2, 10)
            fields.number(record, 53, 61)
            if text[61] not in "01 ":
                raise FileRefused(Refused.SIGN, line=row, column=62)
            self._told_to_newest()
            movement = begun(record)
            above = self._movement
            same = above is not None and above.sequence == movement.sequence
            if above is not None and same and (movement.detail != "0000" or movement.is_detail):
                above.details.append(movement)
            elif movement.detail != "0000":
                raise FileRefused(Refused.SEQUENCE, line=row, column=3)
            else:
                yield from self._flush()
                self._movement = movement
                if movement.cents < 0:
                    self._debits -= movement.cents
                else:
                    self._credits += movement.cents
            self._newest = movement
        elif article in "23":
            newest = self._newest
            if newest is None or text[2:10] != newest.sequence + newest.detail:
                raise FileRefused(Refused.SEQUENCE, line=row, column=3)
            if article == "2":
                second(newest, text)
            else:
                third(newest, text, self._version)
        else:
            raise FileRefused(Refused.RECORD, line=row, column=2)

    def _added(self, record: Record) -> None:
        row, text = record
        newest, article = self._newest, text[1]
        if article not in "123":
            raise FileRefused(Refused.RECORD, line=row, column=2)
        if newest is None or text[2:6] != newest.sequence:
            raise FileRefused(Refused.SEQUENCE, line=row, column=3)
        if article == "1":
            self._told_to_newest()
            self._told, self._told_key, self._told_structured = [text[40:113]], text[2:10], text[39] == "1"
        elif not self._told or text[2:10] != self._told_key:
            raise FileRefused(Refused.SEQUENCE, line=row, column=3)
        else:
            self._told.append(text[10:115] if article == "2" else text[10:100])

    def _told_to_newest(self) -> None:
        if self._told and self._newest is not None:
            told(self._newest, "".join(self._told), structured=self._told_structured)
        self._told = []

    def _flush(self) -> Iterator[Line]:
        self._told_to_newest()
        movement, self._movement, self._newest = self._movement, None, None
        if movement is not None:
            for line in lines_of(movement):
                self._lines += 1
                yield line

    def _closing(self, trailer: Record) -> int:
        made = self._opening + self._credits - self._debits
        if self._new is None:  # a day without movement has no new balance
            if self._lines:
                raise FileRefused(Refused.CUT, line=trailer[0], column=1)
            return self._opening
        closing = fields.cents(self._new, 41, 42)
        if closing != made and not self._extract:
            raise FileRefused(Refused.BALANCE, line=self._new[0], column=43, expected=exact(made), found=exact(closing))
        return closing

    def _totals(self, trailer: Record) -> None:
        row, text = trailer
        if text[16:22].strip():
            told_records = fields.number(trailer, 16, 22)
            if told_records != self._records % 1_000_000:
                raise FileRefused(
                    Refused.RECORDS, line=row, column=17, expected=str(told_records), found=str(self._records)
                )
        for why, start, made in ((Refused.DEBITS, 22, self._debits), (Refused.CREDITS, 37, self._credits)):
            if not text[start : start + 15].strip():
                continue
            thousandths = fields.number(trailer, start, start + 15)
            if thousandths != made * 10:
                expected = f"{thousandths // 1000}.{thousandths % 1000:03d}"
                raise FileRefused(why, line=row, column=start + 1, expected=expected, found=exact(made))
