"""Donors beside each other: the grids of recency, frequency and money, the pyramid, how much the top gives.

These are of today, and of those who can still be found: nobody is compared with the dead.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import case, func, select

from crm.donations import donors as counted_donors
from crm.donations.portraits import Measure, Peers
from crm.figures import homes
from crm.figures.givers import found_rows
from crm.figures.model import Numbers
from crm.people.model import PersonKind
from crm.segments.grid import RFM, RFM_AXES
from crm.segments.model import Rolling
from crm.segments.phrases import GIFT
from crm.segments.selects import Question, clause
from crm.segments.windows import days_of

EURO = 100
STEPS = (0, 25, 50, 120, 250, 500, 1_000, 2_500, 10_000)
"""From how many euros in twelve months on a step of the pyramid begins."""
TOPS = (1, 5, 10)
SCORES = (5, 4, 3, 2, 1)


def scores(question: Question) -> Numbers:
    """People by cell of the plain grid, and by recency and frequency in fifths; from where on each score is earned."""
    people = _plain(question)
    donor = found_rows(question, "donor", "peers", "recency", "frequency", "money")
    columns = (donor.c.peers, donor.c.recency, donor.c.frequency, donor.c.money)
    for peers, recency, frequency, money, number in question.session.execute(
        select(*columns, func.count()).group_by(*columns)
    ):
        key = f"score:{peers}:{recency}:{frequency}" if recency else f"asleep:{peers}"
        people[key] = people.get(key, 0) + int(number)
        if recency == frequency == money == SCORES[0]:
            people[f"best:{peers}"] = int(number)
    cuts = counted_donors.cuts(question.session)
    return Numbers(
        people=people,
        amounts={
            f"{peers}:{measure}:{score}": int(least)
            for peers in Peers
            for measure in Measure
            for score, least in zip((2, 3, 4, 5), cuts.get((peers, measure), ()), strict=False)
        },
    )


def _plain(question: Question) -> dict[str, int]:
    everybody = question.everybody(frozenset())
    held = [case((clause(tree, everybody, question), 1), else_=0).label(f"a{n}") for n, tree in enumerate(RFM_AXES)]
    each = select(*held).select_from(everybody).subquery("each")
    columns = list(each.c)
    found = {
        tuple(int(value) for value in row[:-1]): int(row[-1])
        for row in question.session.execute(select(*columns, func.count()).group_by(*columns))
    }
    return {
        key: sum(number for held, number in found.items() if all(held[place] == value for place, value in cell))
        for key, (cell, _) in RFM.items()
    }


def pyramid(question: Question) -> Numbers:
    """People by what they gave in twelve months, and the cents of each step (under the euros where it begins)."""
    first, last = days_of(Rolling(length=12), question.today)
    gift = found_rows(question, GIFT, "given_on", "cents")
    each = (
        select(gift.c.person_id, func.sum(gift.c.cents).label("cents"))
        .where(gift.c.given_on.between(first, last))
        .group_by(gift.c.person_id)
        .subquery("of_twelve_months")
    )
    step = case(*((each.c.cents >= start * EURO, start) for start in reversed(STEPS)), else_=0)
    found = question.session.execute(select(step, func.count(), func.sum(each.c.cents)).group_by(step))
    people, amounts = {}, {}
    for start, number, cents in found:
        people[step_key(int(start))] = int(number)
        amounts[str(start)] = int(cents)
    together = homes.pyramid(question, STEPS)
    return Numbers(people={**people, **together.people}, amounts={**amounts, **together.amounts})


def step_key(start: int) -> str:
    """Who is behind a step of the pyramid."""
    after = STEPS[STEPS.index(start) + 1 :]
    return f"band:{max(start * EURO, 1)}:{after[0] * EURO - 1 if after else ''}"


def concentration(question: Question) -> Numbers:
    """Of persons who gave in 36 months: the cents of each hundredth from the top, and what Gini needs."""
    donor = found_rows(question, "donor", "top", "cents_36m")
    person = question.everybody(frozenset({"kind"}))
    mine = (
        select(donor.c.top, donor.c.cents_36m.label("cents"))
        .join(person, person.c.person_id == donor.c.person_id)
        .where(person.c.kind == PersonKind.INDIVIDUAL, donor.c.top.is_not(None))
        .subquery("persons")
    )
    place = func.row_number().over(order_by=mine.c.cents)
    weighed = select(mine.c.cents, place.label("place")).subquery("weighed")
    weighted: Any = question.session.scalar(select(func.sum(weighed.c.place * weighed.c.cents)))
    people, amounts = dict.fromkeys((f"top:{one}" for one in TOPS), 0), {"weighted": int(weighted or 0)}
    for top, number, cents in question.session.execute(
        select(mine.c.top, func.count(), func.sum(mine.c.cents)).group_by(mine.c.top).order_by(mine.c.top)
    ):
        amounts[f"people:{top}"], amounts[f"cents:{top}"] = int(number), int(cents)
        for one in TOPS:
            people[f"top:{one}"] += int(number) if top <= one else 0
    together = homes.concentration(question, TOPS)
    return Numbers(people={**people, **together.people}, amounts={**amounts, **together.amounts})
