"""What is reckoned from figures, and when they are to be counted anew."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from fractions import Fraction
from statistics import median

from crm.figures.model import Count

EVERY = timedelta(hours=1)
SHARE = 60
"""Counting takes at most one minute of so many: a large house is counted less often."""
AT_ONCE = 3_000
"""Milliseconds that somebody who asks may be kept waiting."""
MOST_YEARS = 10
"""Nobody is said to give for longer than this."""


def is_due(last: Count | None, now: datetime) -> bool:
    """Whether everything is to be counted anew."""
    if last is None or last.is_asked:
        return True
    return now - last.counted_at >= max(EVERY, timedelta(milliseconds=last.milliseconds) * SHARE)


def share(part: int, whole: int) -> Fraction | None:
    """A part of a whole; None of nothing."""
    return Fraction(part, whole) if whole else None


def lifetime_cents(cents_a_year: int, donors: int, kept: int, before: int) -> int | None:
    """What a donor may be expected to give: a year's giving, times the years one stays (1 / those who leave).

    `kept` of `before` stayed. Ten years at most; None where there is nothing to reckon from.
    """
    if not donors or not before:
        return None
    left = Fraction(before - kept, before)
    years = min(Fraction(MOST_YEARS), 1 / left) if left else Fraction(MOST_YEARS)
    return round(Fraction(cents_a_year, donors) * years)


def gini(weighted: int, cents: int, people: int) -> Fraction | None:
    """From 0 (everybody gives the same) to 1; `weighted` is the sum of place times cents, the smallest gift first."""
    if not cents or not people:
        return None
    return Fraction(2 * weighted, people * cents) - Fraction(people + 1, people)


def middle_and_mean(shares: Sequence[Fraction]) -> tuple[Fraction, Fraction]:
    """The median and the mean; of nothing, nought."""
    if not shares:
        return Fraction(0), Fraction(0)
    return Fraction(median(shares)), sum(shares, Fraction(0)) / len(shares)
