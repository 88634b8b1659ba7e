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
SELDOM = timedelta(days=7)
"""An appeal whose answers are in is counted so often, unless somebody or a gift asks."""
SOON = 6
"""What came of an appeal is counted when a gift comes; that takes at most one minute of so many."""
AT_ONCE = 3_000
"""Milliseconds that somebody who asks may be kept waiting."""
FEW_LETTERS = 20_000
"""So many letters of an appeal are counted at once, however long it took when there were no gifts."""
MOST_YEARS = 10
"""Nobody is said to give for longer than this."""


def is_due(last: Count | None, now: datetime) -> bool:
    """Whether everything is to be counted anew."""
    if last is None or last.is_asked:
        return True
    return now - last.counted_at >= max(EVERY, timedelta(milliseconds=last.milliseconds) * SHARE)


def is_outcome_due(last: Count | None, now: datetime, *, is_open: bool) -> bool:
    """Whether an appeal is to be counted anew; `is_open` while its answers come in."""
    if last is None:
        return True
    took = timedelta(milliseconds=last.milliseconds)
    rest = took * SOON if last.is_asked else max(EVERY if is_open else SELDOM, took * SHARE)
    return now - last.counted_at >= rest


def is_counted_at_once(last: Count, letters: int) -> bool:
    """Whether whoever asks for an appeal to be counted anew may wait for it."""
    return last.milliseconds <= AT_ONCE and letters <= FEW_LETTERS


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
