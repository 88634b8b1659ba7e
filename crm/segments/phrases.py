"""Conditions that come again and again in the segments of the library and in the questions."""

from __future__ import annotations

from dataclasses import dataclass

from crm.consent.model import NO_LETTER, SERVICE
from crm.contracts.segment_fields import Measure
from crm.segments.model import (
    Comparison,
    Condition,
    Every,
    Not,
    Relation,
    Rolling,
    Side,
    Some,
    Span,
    Test,
    Tree,
    Window,
    Words,
    Year,
)

GIFT = "gift"
EURO = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class Ready:
    """A segment of the library: its name and definition are marked sentences. Without a tree it waits for a room."""

    key: str
    name: str
    definition: str
    tree: Tree | None


def gave(window: Window | None = None, *where: Test) -> Condition:
    """Who gave, in a window where there is one."""
    return Condition(source=GIFT, where=where, window=window)


def total(low_euros: int, window: Window) -> Condition:
    """Who gave at least so many euros in a window."""
    return Condition(source=GIFT, measure=Measure.SUM, window=window, asks=Span(low=low_euros * EURO))


def last(length: int | None, ending: int) -> Condition:
    """Whose last gift lies so many months back."""
    return Condition(source=GIFT, measure=Measure.LAST, asks=Rolling(length=length, ending=ending))


def at_least(count: int, window: Window | None, *where: Test) -> Condition:
    """Who gave at least so many times."""
    return Condition(source=GIFT, measure=Measure.COUNT, where=where, window=window, asks=Span(low=count))


def is_one_of(column: str, *values: str) -> Test:
    """A column that says one of these words."""
    return Test(column=column, asks=Words(values=frozenset(values)))


def nth(column: str, rank: int) -> Test:
    """A column that says exactly that number."""
    return Test(column=column, asks=Span(low=rank, high=rank))


def of_year(shift: int) -> Side:
    """The sum of a year, counted from this one."""
    return Side(measure=Measure.SUM, window=Year(shift=shift))


def versus_last_year(relation: Relation, percent: int) -> Comparison:
    """This year beside the last."""
    return Comparison(source=GIFT, left=of_year(0), relation=relation, percent=percent, right=of_year(-1))


ACTIVE = last(13, 0)
ONE_OFF = is_one_of("kind", "one-off")
REGULAR = is_one_of("kind", "instalment")
LETTER = Test(column="purpose", asks=Words(values=NO_LETTER - {SERVICE}, other=True))
RHYTHMS = (1, 2, 3, 6, 12)
"""Every how many months a plan may be collected."""
RUNNING = is_one_of("state", "active")


def plan(*where: Test, window: Window | None = None) -> Condition:
    """Who has such a regular gift."""
    return Condition(source="plan", where=where, window=window)


def paying(months: int) -> Tree:
    """A plan of that rhythm runs, and an instalment came in its last two periods and a month of grace."""
    return Every(parts=(plan(RUNNING, nth("every_months", months)), gave(Rolling(length=2 * months + 1), REGULAR)))


def missing(months: int) -> Tree:
    """A plan of that rhythm runs, and none came in its last period and a month of grace, though it had begun."""
    since = Rolling(length=None, ending=months + 1)
    return Every(
        parts=(
            plan(RUNNING, nth("every_months", months), window=since),
            Not(part=gave(Rolling(length=months + 1), REGULAR)),
        )
    )


PAYING = Some(parts=tuple(paying(months) for months in RHYTHMS))
REGULAR_NOW = Some(parts=(gave(Rolling(length=3), REGULAR), *PAYING.parts))
"""An instalment came in the last two periods of its plan and a month of grace; of no known plan, it came monthly."""
LAST_TWO_YEARS = Rolling(length=24)
SEASON = Some(
    parts=tuple(
        Comparison(
            source=GIFT,
            left=Side(measure=Measure.SUM, window=Year(shift=-back, from_day="11-01", to_day="12-31")),
            relation=Relation.AT_LEAST,
            percent=60,
            right=of_year(-back),
        )
        for back in (1, 2, 3)
    ),
    least=2,
)
