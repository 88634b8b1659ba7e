"""How old somebody is on a day, and below which age nothing of them is kept."""

from __future__ import annotations

from datetime import date
from typing import Final

YOUNGEST: Final = 13
"""Years of age from which somebody may say yes themself (Belgian act of 30 July 2018, art. 7)."""


OLDEST: Final = 120
"""Years before this one in which nobody who lives was born; old databases write such days where they know none."""


def is_too_old(birth_on: date, day: date) -> bool:
    """True of a day on which nobody who lives was born."""
    return birth_on < date(day.year - OLDEST, 1, 1)


def is_too_young(birth_on: date | None, day: date) -> bool:
    """True for a child under 13 on that day; False where the day of birth is not known."""
    if birth_on is None:
        return False
    years = day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))
    return years < YOUNGEST
