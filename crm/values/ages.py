"""How old somebody is on a day, and below which age nothing of them is kept."""

from __future__ import annotations

from datetime import date
from typing import Final

YOUNGEST: Final = 13
"""Years of age from which somebody may say yes themself (Belgian act of 30 July 2018, art. 7)."""


def is_too_young(birth_on: date | None, day: date) -> bool:
    """True for a child under 13 on that day; False where the day of birth is not known."""
    if birth_on is None:
        return False
    years = day.year - birth_on.year - ((day.month, day.day) < (birth_on.month, birth_on.day))
    return years < YOUNGEST
