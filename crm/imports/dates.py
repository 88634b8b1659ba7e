"""Days and moments as files write them. The format of a column is chosen, never guessed row by row."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

from crm.values.calendar import brussels, brussels_day, instant_of
from crm.values.folding import folded


class DateFormat(StrEnum):
    """How a column writes days. A day written 2026-11-23 is read in every column: it can only be one thing."""

    ISO = "iso"
    DAY_MONTH = "day-month"
    MONTH_DAY = "month-day"
    DAY_MONTH_SHORT = "day-month-short"
    MONTH_DAY_SHORT = "month-day-short"
    YEAR_FIRST = "year-first"
    COMPACT = "compact"
    WORDS = "words"
    SERIAL = "serial"


ENOUGH = 0.6
"""A format that reads so much of a column may be meant; what it cannot read are bad rows."""

NOON = time(12)
"""Where a moment stands of which only the day is known."""

_TIME = re.compile(r"[T ]+(\d{1,2})[:hH](\d{2})(?::(\d{2})(?:[.,]\d+)?)?\s*(Z|[+-]\d{2}:?\d{2})?$")
_NOUGHT = re.compile(r"[0/.:T \-]+")
_NUMBERS = re.compile(r"(\d{1,4})[/.\- ](\d{1,2})[/.\- ](\d{1,4})")
_WORDS = re.compile(r"(?:[a-z]{2,9}\.? )?(\d{1,2})(?:er|e|st|nd|rd|th)?[ .\-]+([a-z]+)\.?[ \-]+(\d{4}|\d{2})")
_MONTHS = (
    ("janvier", "janv", "jan", "januari", "january", "januar"),
    ("fevrier", "fevr", "fev", "februari", "february", "feb", "februar"),
    ("mars", "mar", "maart", "mrt", "march", "marz"),
    ("avril", "avr", "april", "apr"),
    ("mai", "mei", "may"),
    ("juin", "juni", "june", "jun"),
    ("juillet", "juil", "juli", "july", "jul"),
    ("aout", "aou", "augustus", "august", "aug"),
    ("septembre", "sept", "sep", "september"),
    ("octobre", "oct", "oktober", "okt", "october"),
    ("novembre", "nov", "november"),
    ("decembre", "dec", "december", "dez", "dezember"),
)
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}
_FIRST_SERIAL, _LAST_SERIAL = 1, 80_000
_SERIAL_EPOCH = date(1899, 12, 30)


def day_of(text: str, how: DateFormat, *, today: date) -> date | None:
    """The Belgian day a cell means, or None where it means none in that format.

    A year of two digits is not beyond `today`. Half past eleven at night in Greenwich is the next day here.
    """
    found = _split(text)
    if found is None or found[2] is None:
        return None if found is None else _day(found[0], how, today)
    moment = moment_of(text, how, today=today)
    return None if moment is None else brussels_day(moment)


def moment_of(text: str, how: DateFormat, *, today: date) -> datetime | None:
    """The UTC instant a cell means: Belgian noon where it names only a day, Belgian time where it names no zone."""
    found = _split(text)
    if found is None:
        return None
    written, at, shift = found
    day = _day(written, how, today)
    if day is None:
        return None
    if shift is not None and at is not None:
        return (datetime.combine(day, at, tzinfo=UTC) - shift) if date(1, 1, 2) < day < date(9999, 12, 30) else None
    return instant_of(day, at or NOON)


def is_nought(text: str) -> bool:
    """True of the noughts by which old databases say that there is no day: « 0000-00-00 », « 00/00/0000 »."""
    return "0" in text and not _NOUGHT.sub("", text)


def is_day_alone(moment: datetime) -> bool:
    """True where nothing is known of a moment but its day: it stands at Belgian noon."""
    return brussels(moment).time() == NOON


def formats_of(texts: Iterable[str], *, today: date) -> tuple[DateFormat, ...]:
    """The formats that read most of these cells; several where it could be two things (03/04/2026).

    A format that only reads what another reads too, and less, is left out.
    """
    cells = [text for text in texts if text and not is_nought(text)]
    if not cells:
        return ()
    read = {how: frozenset(i for i, cell in enumerate(cells) if day_of(cell, how, today=today)) for how in DateFormat}
    good = {how: rows for how, rows in read.items() if len(rows) >= ENOUGH * len(cells)}
    best = tuple(how for how, rows in good.items() if not any(rows < other for other in good.values()))
    # What is all in one sure spelling is read in any column: then there is nothing to choose.
    return (DateFormat.ISO,) if DateFormat.ISO in best else best


def _split(text: str) -> tuple[str, time | None, timedelta | None] | None:
    """The day as written, the time of day, and how far its zone is ahead of UTC."""
    text = text.strip()
    found = _TIME.search(text)
    if not found:
        return text, None, None
    hour, minute, second, zone = found.groups()
    try:
        at = time(int(hour), int(minute), int(second or 0))
    except ValueError:
        return None
    shift = None
    if zone:
        digits = zone.replace(":", "")
        shift = timedelta(0) if zone == "Z" else timedelta(hours=int(digits[:3]), minutes=int(digits[0] + digits[3:]))
    return text[: found.start()].strip(), at, shift


def _day(text: str, how: DateFormat, today: date) -> date | None:
    try:
        if len(text) == 10 and text[4] == "-" and text[:4].isascii():
            return date.fromisoformat(text)
        return None if how is DateFormat.ISO else _READERS[how](text, today)
    except (ValueError, OverflowError):
        return None


def _numbers(text: str) -> tuple[str, str, str]:
    found = _NUMBERS.fullmatch(text)
    if not found or not text.isascii():
        raise ValueError
    return found.group(1), found.group(2), found.group(3)


def _full(text: str, *, day: int, month: int, year: int) -> date:
    parts = _numbers(text)
    if len(parts[year]) != 4 or any(len(part) > 2 for i, part in enumerate(parts) if i != year):
        raise ValueError
    return date(int(parts[year]), int(parts[month]), int(parts[day]))


def _short(text: str, today: date, *, day: int, month: int) -> date:
    parts = _numbers(text)
    if len(parts[2]) != 2 or len(parts[0]) > 2:
        raise ValueError
    return date(_year(parts[2], today), int(parts[month]), int(parts[day]))


def _year(digits: str, today: date) -> int:
    if len(digits) == 4:
        return int(digits)
    year = today.year // 100 * 100 + int(digits)
    return year if year <= today.year else year - 100


def _compact(text: str, _today: date) -> date:
    if len(text) != 8 or not (text.isascii() and text.isdigit()):
        raise ValueError
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def _in_words(text: str, today: date) -> date:
    found = _WORDS.fullmatch(folded(text))
    if not found or found.group(2) not in _MONTH_OF:
        raise ValueError
    return date(_year(found.group(3), today), _MONTH_OF[found.group(2)], int(found.group(1)))


def _serial(text: str, _today: date) -> date:
    whole, _, part = text.partition(".")
    if not (whole.isascii() and whole.isdigit() and (not part or (part.isascii() and part.isdigit()))):
        raise ValueError
    if len(whole) > 5 or not _FIRST_SERIAL <= int(whole) <= _LAST_SERIAL:
        raise ValueError
    return _SERIAL_EPOCH + timedelta(days=int(whole))


_READERS: dict[DateFormat, Callable[[str, date], date]] = {
    DateFormat.DAY_MONTH: lambda text, _: _full(text, day=0, month=1, year=2),
    DateFormat.MONTH_DAY: lambda text, _: _full(text, month=0, day=1, year=2),
    DateFormat.YEAR_FIRST: lambda text, _: _full(text, year=0, month=1, day=2),
    DateFormat.DAY_MONTH_SHORT: lambda text, today: _short(text, today, day=0, month=1),
    DateFormat.MONTH_DAY_SHORT: lambda text, today: _short(text, today, month=0, day=1),
    DateFormat.COMPACT: _compact,
    DateFormat.WORDS: _in_words,
    DateFormat.SERIAL: _serial,
}
