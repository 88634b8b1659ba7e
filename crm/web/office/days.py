"""A day as somebody types it into a form."""

from __future__ import annotations

from datetime import date

from crm.values.errors import Invalid


def read_day(text: str, *, field: str) -> date | None:
    """A day as a browser sends it (`2026-11-23`) or as one writes it (`23/11/2026`); None where nothing is typed.

    Raises `Invalid`.
    """
    parts = text.strip().replace(".", "/").replace("-", "/").split("/")
    if parts == [""]:
        return None
    try:
        numbers = [int(part) for part in parts]
        year, month, day = numbers if len(parts[0]) == 4 else reversed(numbers)
        return date(year, month, day)
    except ValueError as error:
        raise Invalid("a day of the calendar", field=field) from error
