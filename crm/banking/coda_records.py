"""The records of a CODA file: 128 characters each, whatever the line ends and the letters of the bank."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import IO

from crm.banking.errors import FileRefused, Refused

WIDTH = 128
_LONGEST = 4 * WIDTH
_BLANK = b" \t\r\n\x1a\x0c"
_BOM = b"\xef\xbb\xbf"
_OF_WINDOWS = frozenset((0x80, 0x8C, 0x91, 0x92, 0x9C))
"""Bytes of 0x80 to 0x9F that Windows uses in plain text: the euro, the apostrophes, Œ and œ."""

Record = tuple[int, str]
"""The line of the file, and the 128 characters on it."""


def records(stream: IO[bytes]) -> Iterator[Record]:
    """Every record of a file, in order; blank lines are passed over. Files without line ends are cut every 128.

    Raises `FileRefused` where a record is not 128 characters, or holds a control character.
    """
    row, dos = 0, False
    line = stream.readline(_LONGEST).removeprefix(_BOM)
    whole = b"\n" not in line and len(line) >= 2 * WIDTH
    while line:
        row += 1
        if whole:
            line += stream.read(max(0, WIDTH - len(line)))
            line, rest = line[:WIDTH], line[WIDTH:]
        else:
            rest = b""
        if line.strip(_BLANK):
            plain = line.rstrip(b"\r\n\x1a")
            dos = dos or _is_dos(plain)
            yield row, _text(plain, row, "cp850" if dos else "cp1252")
        line = rest or stream.readline(WIDTH if whole else _LONGEST)


def _text(line: bytes, row: int, letters: str) -> str:
    text = line.decode("ascii") if line.isascii() else _letters(line, letters)
    if len(text) > WIDTH:
        text = text[:WIDTH] + text[WIDTH:].rstrip()
    if len(text) != WIDTH:
        raise FileRefused(Refused.LENGTH, line=row, column=min(len(text), WIDTH) + 1)
    if not text.isprintable():
        for column, sign in enumerate(text, 1):
            if sign < " " or sign == "\x7f":
                raise FileRefused(Refused.CONTROL, line=row, column=column)
    return text


def _letters(line: bytes, letters: str) -> str:
    """UTF-8 where more bytes make 128 characters; else the letters of DOS or of Windows, as the file has shown."""
    if len(line) > WIDTH:
        try:
            return line.decode()
        except UnicodeDecodeError:
            pass
    return line.decode(letters, errors="replace")


def _is_dos(line: bytes) -> bool:
    """Whether a line has letters that only DOS (cp850) writes so: 0x82 is its é, where Windows has a low quote."""
    if line.isascii() or len(line) > WIDTH:
        return False
    return any(0x80 <= byte < 0xA0 and byte not in _OF_WINDOWS for byte in line)


def number(record: Record, start: int, end: int) -> int:
    """The digits of a field."""
    row, text = record
    field = text[start:end]
    if not (field.isascii() and field.isdigit()):
        wrong = next(at for at, sign in enumerate(field) if not (sign.isascii() and sign.isdigit()))
        raise FileRefused(Refused.DIGITS, line=row, column=start + wrong + 1)
    return int(field)


def cents(record: Record, sign: int, start: int) -> int:
    """An amount of twelve digits and three decimals, its sign (0 credit, 1 debit) at `sign`."""
    row, text = record
    if text[sign] not in "01":
        raise FileRefused(Refused.SIGN, line=row, column=sign + 1)
    thousandths = number(record, start, start + 15)
    if thousandths % 10:
        raise FileRefused(Refused.FRACTION, line=row, column=start + 15)
    return -(thousandths // 10) if text[sign] == "1" else thousandths // 10


_DAYS: dict[str, date] = {}


def day(record: Record, start: int) -> date:
    """A day written DDMMYY; years from 80 on are of the last century."""
    row, text = record
    written = text[start : start + 6]
    found = _DAYS.get(written)
    if found is None:
        number(record, start, start + 6)
        year = int(written[4:])
        try:
            found = date(year + (1900 if year >= 80 else 2000), int(written[2:4]), int(written[:2]))
        except ValueError as error:
            raise FileRefused(Refused.DAY, line=row, column=start + 1) from error
        if len(_DAYS) < 4000:
            _DAYS[written] = found
    return found


def day_said(text: str) -> date | None:
    """A day in the words of a communication, where it is one: what a bank writes there is refused by nobody."""
    if not (len(text) == 6 and text.isascii() and text.isdigit()) or text == "000000":
        return None
    year = int(text[4:])
    try:
        return date(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[:2]))
    except ValueError:
        return None


def day_or_none(record: Record, start: int) -> date | None:
    """The same, where noughts or blanks say that the day is not known."""
    return None if record[1][start : start + 6] in {"000000", "      "} else day(record, start)
