"""The pyramid and the weight of the top by household; whoever shares none is one of their own.

Households are counted, the people in them stand behind: a segment answers with each of them.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import CTE, Subquery, case, func, select

from crm.figures.givers import count_if, found_rows, sum_if
from crm.figures.model import Numbers
from crm.people import selects as people
from crm.people.model import PersonKind
from crm.segments.model import Rolling
from crm.segments.selects import Question
from crm.segments.windows import days_of

SOURCE = "household_gift"
EURO = 100
YEAR, LONG = 12, 36


def pyramid(question: Question, steps: tuple[int, ...]) -> Numbers:
    """Households (`homes:250`), their people, and their cents by what they gave together in twelve months."""
    each = _totals(question, YEAR)
    step = case(*((each.c.cents >= start * EURO, start) for start in reversed(steps)), else_=0)
    told = select(
        step, func.count(), count_if(each.c.is_first == 1), sum_if(each.c.is_first == 1, each.c.cents)
    ).group_by(step)
    counted, amounts = {}, {}
    for start, number, homes, cents in question.session.execute(told):
        counted[step_key(int(start), steps)] = int(number)
        amounts[f"homes:{start}"], amounts[f"home-cents:{start}"] = int(homes), int(cents)
    return Numbers(people=counted, amounts=amounts)


def step_key(start: int, steps: tuple[int, ...]) -> str:
    """Who lives in the households of a step."""
    after = steps[steps.index(start) + 1 :]
    return f"home:{max(start * EURO, 1)}:{after[0] * EURO - 1 if after else ''}"


def concentration(question: Question, tops: tuple[int, ...]) -> Numbers:
    """Of households that gave in 36 months: how many and what each hundredth from the top gave, and what Gini needs.

    What an organisation of a home gave is in the home's sum; a home with no person in it is none.
    `least:10` is from how many cents on one is among the first ten in a hundred; equals in the better place.
    """
    mine = _totals(question, LONG, persons=True)
    homes = select(mine.c.cents).where(mine.c.is_first == 1).subquery("of_homes")
    placed = select(
        homes.c.cents,
        func.rank().over(order_by=homes.c.cents.desc()).label("rank"),
        func.row_number().over(order_by=homes.c.cents).label("place"),
        func.count().over().label("homes"),
    ).subquery("placed")
    # A hundredth, rounded up: (100 x place + all - 1) / all in whole numbers.
    hundredth = (100 * placed.c.rank + placed.c.homes - 1) // placed.c.homes
    top = case(*((hundredth <= one, one) for one in range(1, max(tops) + 1)), else_=_rest(hundredth))
    sums = (func.count(), func.sum(placed.c.cents), func.min(placed.c.cents), func.sum(placed.c.place * placed.c.cents))
    amounts: dict[str, int] = {"home-weighted": 0}
    least: dict[int, int] = {}
    for one, number, cents, fewest, weighted in question.session.execute(select(top, *sums).group_by(top)):
        place = int(one)
        amounts[f"homes:{place}"], amounts[f"home-cents:{place}"] = int(number), int(cents)
        amounts["home-weighted"] += int(weighted)
        least |= {top: min(least.get(top, int(fewest)), int(fewest)) for top in tops if place <= top}
    counted = {}
    for share, from_cents in least.items():
        amounts[f"least:{share}"] = from_cents
        members = select(func.count()).where(mine.c.cents >= from_cents)
        counted[top_key(from_cents)] = question.session.scalar(members) or 0
    return Numbers(people=counted, amounts=amounts)


def top_key(cents: int) -> str:
    """The persons who live in households that gave so much, or more, in 36 months."""
    return f"home-top:{cents}"


def _rest(hundredth: Any) -> Any:
    """Below the top, ten hundredths at a time: a curve needs no more."""
    return ((hundredth + 9) // 10) * 10


def _totals(question: Question, months: int, *, persons: bool = False) -> Subquery:
    """Of each who can be found, what their household gave in so many months; `is_first` of one of each.

    `persons`: no organisations, so that the first of a home is never one of them.
    """
    first, last = days_of(Rolling(length=months), question.today)
    gift = found_rows(question, SOURCE, "given_on", "cents")
    sums = (
        select(gift.c.person_id, func.sum(gift.c.cents).label("cents"))
        .where(gift.c.given_on.between(first, last))
        .group_by(gift.c.person_id)
        .having(func.sum(gift.c.cents) > 0)
    )
    if persons:
        who = question.everybody(frozenset({"kind"}))
        sums = sums.join(who, who.c.person_id == gift.c.person_id).where(who.c.kind == PersonKind.INDIVIDUAL)
    given: CTE = sums.cte(f"given_in_{months}")
    home = people.living_together().subquery("home")
    alone = case((home.c.household_id.is_(None), given.c.person_id))
    turn = func.row_number().over(partition_by=(home.c.household_id, alone), order_by=given.c.person_id)
    return (
        select(given.c.person_id, given.c.cents, turn.label("is_first"))
        .select_from(given.outerjoin(home, home.c.person_id == given.c.person_id))
        .subquery(f"homes_of_{months}")
    )
