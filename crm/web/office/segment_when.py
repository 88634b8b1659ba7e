"""When, as the builder's fields say it: years, months of the calendar, so long ago, ahead, from a day to another."""

from __future__ import annotations

from datetime import date

from crm.segments.catalogue import FIRST_YEAR, LAST_YEAR
from crm.segments.errors import YearFar
from crm.segments.model import Ahead, Between, Month, Rolling, Unit, Window, Year
from crm.values.errors import Invalid


def read(how: str, first: str, last: str, back: str, *, field: str) -> Window | None:
    """The window of those fields; None where none is chosen. Raises `Invalid`, `YearFar`, ValueError."""
    word, _, shift = how.partition(":")
    if word in {"years", "todates", "parts"}:
        word, shift = word[:-1], str(-whole(back if word == "parts" else first))
    match word:
        case "year" | "todate":
            return Year(shift=int(shift), to_date=word == "todate")
        case "month":
            return Month(shift=int(shift))
        case "part":
            return Year(shift=int(shift), from_day=_day_of_year(first), to_day=_day_of_year(last))
        case "yearof":
            year = whole(first)
            if not FIRST_YEAR <= year <= LAST_YEAR:
                raise YearFar("a year of ours", field=field)
            return Between(first=date(year, 1, 1), last=date(year, 12, 31))
        case "between":
            days = [date.fromisoformat(text) if text else None for text in (first, last)]
            return Between(first=days[0], last=days[1])
        case _:
            return _counted(word, first, last)


def _counted(word: str, first: str, last: str) -> Window | None:  # noqa: PLR0911 - one for each kind of window
    """So many days or months, behind us or ahead."""
    unit = Unit.DAYS if word.endswith("days") else Unit.MONTHS
    match word.removesuffix(unit.value):
        case "" if word:
            return Rolling(unit=unit, length=whole(first))
        case "next":
            return Ahead(unit=unit, length=whole(first))
        case "ago":
            return Rolling(unit=unit, length=None, ending=whole(first))
        case "agos":
            return Rolling(unit=unit, length=whole(last) - whole(first), ending=whole(first))
        case "in":
            return Ahead(unit=unit, length=None, starting=whole(first))
        case "ins":
            return Ahead(unit=unit, length=whole(last) - whole(first), starting=whole(first))
        case _:
            return None


def _day_of_year(text: str) -> str:
    """`MM-DD` of what is typed as `01/12`, the day first."""
    day, _, month = text.replace("-", "/").replace(".", "/").partition("/")
    return f"{whole(month):02d}-{whole(day):02d}" if text else ""


def whole(text: str) -> int:
    """A whole number that was typed. Raises `Invalid`."""
    if not text.strip().isdecimal() or len(text) > 12:
        raise Invalid("a whole number")
    return int(text)
