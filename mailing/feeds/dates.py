"""Dates as feeds write them: ISO, e-mail style, French, and the periods of events and petitions."""

from __future__ import annotations

import re
from calendar import timegm
from datetime import UTC, date, datetime, timedelta, timezone, tzinfo
from time import struct_time

from crm.values.calendar import BRUSSELS

_MONTHS = {
    "janvier": 1, "janv": 1, "jan": 1, "fevrier": 2, "fevr": 2, "fev": 2, "feb": 2, "mars": 3, "mar": 3,
    "avril": 4, "avr": 4, "apr": 4, "mai": 5, "may": 5, "juin": 6, "jun": 6, "juillet": 7, "juil": 7, "jul": 7,
    "aout": 8, "aug": 8, "septembre": 9, "sept": 9, "sep": 9, "octobre": 10, "oct": 10, "novembre": 11, "nov": 11,
    "decembre": 12, "dec": 12,
}  # fmt: skip
_UNACCENTED = str.maketrans("àéèûôÀÉÈÛÔ", "aeeuoAEEUO")
_FRENCH = re.compile(
    r"(?:[A-Za-z]{3,9}\.?,?\s+)?(\d{1,2})(?:er)?\s+([A-Za-z]{3,9})\.?,?\s+(\d{4})"
    r"(?:,?\s+(?:a\s+)?(\d{1,2})[:h](\d{2})(?::(\d{2}))?)?\s*(?:([+-])(\d{2}):?(\d{2})|(GMT|UTC|Z))?\s*"
)
_ISO = re.compile(
    r"(\d{4})-(\d{2})-(\d{2})(?:[T\s](\d{2}):(\d{2})(?::(\d{2})(?:\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?"
)
_END = re.compile(r"(?:^|;)\s*end\s*=\s*([^;\s]{1,40})", re.IGNORECASE)


def instant_of_parts(parts: struct_time | None) -> datetime | None:
    """A UTC instant of the nine numbers a parser found; None where no calendar has such a day or it is absurd."""
    if parts is None:
        return None
    try:
        return _sane(datetime.fromtimestamp(timegm(parts), UTC))
    except (ValueError, OverflowError, OSError, TypeError):
        return None


def written_instant(text: str) -> datetime | None:
    """The instant of a date written as the French do ("jeu., 13 févr. 2025 10:00:00 +0100").

    Without a zone it is on a Belgian clock.
    """
    found = _FRENCH.fullmatch(text[:100].strip().translate(_UNACCENTED))
    month = _MONTHS.get(found[2].lower()) if found else None
    if found is None or month is None:
        return None
    clock = (int(found[4] or 0), int(found[5] or 0), int(found[6] or 0))
    try:
        there = datetime(int(found[3]), month, int(found[1]), *clock, tzinfo=_zone(found))
        return _sane(there.astimezone(UTC))
    except (ValueError, OverflowError):
        return None


def local_moment(text: str) -> tuple[date, str] | None:
    """The Belgian day and hour ("19:30", empty where only a day is given) of a date in W3C style."""
    found = _ISO.fullmatch(text[:60].strip())
    if found is None:
        return None
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
        if found[4] is None:
            return day, ""
        zone = datetime.strptime(found[7], "%z").tzinfo if found[7] else BRUSSELS
        there = datetime(day.year, day.month, day.day, int(found[4]), int(found[5]), tzinfo=zone).astimezone(BRUSSELS)
    except (ValueError, OverflowError):
        return None
    clock = there.strftime("%H:%M")
    return there.date(), "" if clock == "00:00" else clock


def end_of_period(text: str) -> date | None:
    """The last Belgian day of a DCMI period ("start=2026-09-01; end=2026-12-10;")."""
    found = _END.search(text[:500])
    moment = local_moment(found[1]) if found else None
    return moment[0] if moment else None


def _zone(found: re.Match[str]) -> tzinfo:
    if found[7]:
        away = timedelta(hours=int(found[8]), minutes=int(found[9]))
        return timezone(-away if found[7] == "-" else away)
    return UTC if found[10] else BRUSSELS


def _sane(instant: datetime) -> datetime | None:
    return instant if 1990 <= instant.year <= 2100 else None
