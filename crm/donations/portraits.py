"""What is said of a donor from the figures of their gifts: lifecycle, traits, streak, trend, level, scores.

Every definition takes the day as of which it is asked; `donor_selects` says the same in SQL. What counts of a gift are
its donations (`rules.given`: no fee, nothing bought), net of what went back, tests left out.
Years are calendar years, months completed ones.
"""

from __future__ import annotations

import calendar
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from crm.values.identifiers import PersonId

WINDOWS = (12, 24, 36, 60)
"""Months of the windows that are kept."""
SLOWEST = 12
"""Nothing regular falls due less often than every so many months."""
SEASON = 11
"""From this month to the end of the year a gift is a late one."""


class Lifecycle(StrEnum):
    """How long ago somebody last gave."""

    PROSPECT = "prospect"
    ACTIVE = "active"
    LAPSING = "lapsing"
    LAPSED = "lapsed"
    LOST = "lost"


BANDS = {Lifecycle.LAPSING: 13, Lifecycle.LAPSED: 25, Lifecycle.LOST: 37}
"""From how many completed months since the last gift on; below the first, active."""


class Trait(StrEnum):
    """What else may be true of a donor; several at once."""

    NEW = "new"
    SECOND_GIFT = "second-gift"
    REACTIVATED = "reactivated"
    FAITHFUL = "faithful"
    REGULAR = "regular"
    SEASONAL = "seasonal"
    LYBUNT = "lybunt"
    SYBUNT = "sybunt"
    SYBUNT_INCLUSIVE = "sybunt-inclusive"


class Trend(StrEnum):
    """This year beside the last, where both have gifts."""

    UP = "up"
    STABLE = "stable"
    DOWN = "down"


class Level(StrEnum):
    """How much somebody gives."""

    BASIC = "basic"
    GENEROUS = "generous"
    MID = "mid"
    MAJOR = "major"


class Measure(StrEnum):
    """What the three scores look at, over five years."""

    RECENCY = "recency"
    FREQUENCY = "frequency"
    MONEY = "money"


class Peers(StrEnum):
    """Among whom a score compares: those who give every month would crowd out all others."""

    REGULAR = "regular"
    OTHERS = "others"


@dataclass(frozen=True, kw_only=True, slots=True)
class Thresholds:
    """From which sums on a donor is of a level; the owner decides."""

    generous_36m_cents: int = 12_001
    mid_24m_cents: int = 50_000
    major_24m_cents: int = 250_000
    major_gift_cents: int = 100_000
    band_percent: int = 10


THRESHOLDS = Thresholds()


@dataclass(frozen=True, kw_only=True, slots=True)
class Year:
    """What somebody gave in a calendar year; `late_cents` of it in November and December."""

    year: int
    gifts: int
    cents: int
    late_cents: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """What a donor's gifts come to. `within[12]` is (gifts, cents) of the twelve months up to the day of the count.

    `rhythm`: every how many months the slowest of their regular gifts falls due that runs.
    """

    person_id: PersonId
    gifts: int
    cents: int
    first_on: date
    first_cents: int
    second_on: date | None
    previous_on: date | None
    last_on: date
    last_cents: int
    last_instalment_on: date | None
    largest_cents: int
    largest_24m_cents: int
    years: int
    run_since_year: int
    within: Mapping[int, tuple[int, int]]
    by_year: tuple[Year, ...]
    rhythm: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    """All that is said of a donor on a day."""

    figures: Figures
    on: date
    months_since_last: int
    lifecycle: Lifecycle
    traits: frozenset[Trait]
    streak: int
    streak_carried: int
    trend: Trend | None
    level: Level


Cuts = Mapping[tuple[Peers, Measure], Sequence[int]]
"""From which values on the scores 2, 3, 4 and 5 are earned."""


def months_between(earlier: date, later: date) -> int:
    """Completed months from one day to a later one."""
    months = (later.year - earlier.year) * 12 + later.month - earlier.month
    return months - (later.day < earlier.day)


def months_more(earlier: date, later: date) -> int:
    """More than so many months: those completed before the later day itself."""
    return months_between(earlier, later) - (earlier.day == later.day)


def months_before(on: date, months: int) -> date:
    """The last day from which so many months are completed on `on`: what is later is fresher than that."""
    whole = on.year * 12 + on.month - 1 - months
    year, month = whole // 12, whole % 12 + 1
    return date(year, month, min(on.day, calendar.monthrange(year, month)[1]))


def portrait(figures: Figures, on: date, thresholds: Thresholds = THRESHOLDS) -> Portrait:
    """What is said of a donor as of a day; its windows are those of the day of the count."""
    incl, carried = streaks(figures, on)
    return Portrait(
        figures=figures,
        on=on,
        months_since_last=months_between(figures.last_on, on),
        lifecycle=lifecycle(figures.last_on, on),
        traits=traits(figures, on),
        streak=incl,
        streak_carried=carried,
        trend=trend(figures, on, thresholds),
        level=level(figures, thresholds),
    )


def lifecycle(last_on: date | None, on: date) -> Lifecycle:
    """The band of whoever last gave that day; a prospect never did."""
    if last_on is None:
        return Lifecycle.PROSPECT
    since = months_between(last_on, on)
    reached = [band for band, months in BANDS.items() if since >= months]
    return reached[-1] if reached else Lifecycle.ACTIVE


def traits(figures: Figures, on: date) -> frozenset[Trait]:
    """Everything that is true of a donor on a day."""
    last, fresh = figures.last_on, months_between(figures.last_on, on) < 13
    months = {size: figures.within[size][0] for size in WINDOWS}
    true = {
        Trait.NEW: figures.gifts == 1 and fresh,
        Trait.SECOND_GIFT: figures.second_on is not None
        and months_between(figures.first_on, on) < 25
        and months_between(figures.first_on, figures.second_on) < 12,
        Trait.REACTIVATED: fresh and figures.previous_on is not None and months_more(figures.previous_on, last) >= 24,
        Trait.FAITHFUL: 0 < months[12] < months[24] < months[36],
        Trait.REGULAR: is_regular(figures.last_instalment_on, on, figures.rhythm),
        Trait.SEASONAL: sum(
            one.late_cents * 10 >= one.cents * 6 for one in figures.by_year if on.year - 3 <= one.year < on.year
        )
        >= 2,
        Trait.LYBUNT: last.year == on.year - 1,
        Trait.SYBUNT: last.year < on.year - 1,
        Trait.SYBUNT_INCLUSIVE: last.year < on.year,
    }
    return frozenset(trait for trait, is_true in true.items() if is_true)


def is_regular(last_instalment_on: date | None, on: date, rhythm: int = 1) -> bool:
    """Whether an instalment came in the last two periods of a plan that runs and a month of grace; of none, monthly."""
    return last_instalment_on is not None and months_between(last_instalment_on, on) < grace(rhythm)


def grace(rhythm: int) -> int:
    """Before how many completed months an instalment must have come of what falls due every so many."""
    return 2 * rhythm + 1


def streaks(figures: Figures, on: date) -> tuple[int, int]:
    """Years in a row: up to this year, and carried (a year that is not over yet breaks no streak)."""
    run = figures.last_on.year - figures.run_since_year + 1
    return run if figures.last_on.year >= on.year else 0, run if figures.last_on.year >= on.year - 1 else 0


def trend(figures: Figures, on: date, thresholds: Thresholds = THRESHOLDS) -> Trend | None:
    """Whether this year brings more than the last, within a band; None where one of them has nothing."""
    sums = {one.year: one.cents for one in figures.by_year}
    now, before = sums.get(on.year, 0), sums.get(on.year - 1, 0)
    if not now or not before:
        return None
    if now * 100 > before * (100 + thresholds.band_percent):
        return Trend.UP
    return Trend.DOWN if now * 100 < before * (100 - thresholds.band_percent) else Trend.STABLE


def level(figures: Figures, thresholds: Thresholds = THRESHOLDS) -> Level:
    """The highest level whose sum is reached."""
    of_24m = figures.within[24][1]
    if of_24m >= thresholds.major_24m_cents or figures.largest_24m_cents >= thresholds.major_gift_cents:
        return Level.MAJOR
    if of_24m >= thresholds.mid_24m_cents:
        return Level.MID
    return Level.GENEROUS if figures.within[36][1] >= thresholds.generous_36m_cents else Level.BASIC


def scores(figures: Figures, on: date, cuts: Cuts) -> tuple[int, int, int]:
    """Recency, frequency and money from 1 to 5, nought for whoever gave nothing in five years; 5 is best."""
    gifts, cents = figures.within[60]
    if not gifts:
        return 0, 0, 0
    peers = Peers.REGULAR if is_regular(figures.last_instalment_on, on, figures.rhythm) else Peers.OTHERS
    values = {Measure.RECENCY: figures.last_on.toordinal(), Measure.FREQUENCY: gifts, Measure.MONEY: cents}
    recency, frequency, money = (
        1 + sum(value >= least for least in cuts.get((peers, measure), ())) for measure, value in values.items()
    )
    return recency, frequency, money
