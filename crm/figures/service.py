"""The door of figures: sheets as they were counted last, counting anew, asking for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.figures import appeals, givers, income, loyalty, peers, regulars, rules, store
from crm.figures.model import Count, Numbers, Part, Sheet
from crm.segments import service as segments
from crm.segments.catalogue import Catalogue
from crm.segments.selects import Question

RECKONED: Mapping[Part, Callable[[Question], Numbers]] = {
    Part.INCOME: income.income,
    Part.LOYALTY: loyalty.flows,
    Part.GAINS: loyalty.gains,
    Part.COHORTS: loyalty.cohorts,
    Part.SECOND: loyalty.second_gifts,
    Part.DELAYS: loyalty.delays,
    Part.LIFETIME: loyalty.lifetimes,
    Part.PLANS: regulars.churn,
    Part.FAILURES: regulars.failures,
    Part.SURVIVAL: regulars.survival,
    Part.SCORES: peers.scores,
    Part.PYRAMID: peers.pyramid,
    Part.CONCENTRATION: peers.concentration,
    Part.SEASONS: income.seasons,
    Part.APPEALS: appeals.results,
}
"""How each part is counted, from what stands in the database."""
OF_THE_LIVING = frozenset({Part.SCORES, Part.PYRAMID, Part.CONCENTRATION})
"""Those that compare the donors of today; all others count the dead too, so that the past stays as it was."""


def sheets(session: Session, *parts: Part) -> dict[Part, Sheet]:
    """Those parts as they were counted last; one that never was is missing."""
    return store.sheets(session, parts)


def last(session: Session) -> Count | None:
    """How old the oldest figures are; None where some were never counted."""
    return store.last(session)


def is_due(session: Session, *, at: datetime) -> bool:
    """Whether they are to be counted anew."""
    return rules.is_due(store.last(session), at)


def reckon(
    session: Session, catalogue: Catalogue, part: Part, *, at: datetime, stopwatch: Callable[[], float]
) -> Sheet:
    """Counts a part; nothing is written. The caller's session only reads, however long that takes."""
    question = segments.question(session, catalogue, (), at=at)
    started = stopwatch()
    numbers = RECKONED[part](question)
    if part not in OF_THE_LIVING:
        gone = RECKONED[part](replace(question, among=givers.the_dead()))
        numbers = replace(numbers, dead={key: number for key, number in gone.people.items() if number})
    elapsed = round((stopwatch() - started) * 1000)
    return Sheet(part=part, on=question.today, counted_at=at, milliseconds=elapsed, numbers=numbers)


def keep(session: Session, sheet: Sheet) -> None:
    """Keeps what was counted, in place of what was."""
    store.keep(session, sheet)


def ask(session: Session, *, at: datetime) -> None:
    """Wants all of them counted anew; the clock does so within a minute."""
    store.ask(session, at)
