"""What came in: by month against last year, and how the months of a year weigh."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, or_, select

from crm.donations.selects import effective_gifts
from crm.figures.givers import gifts, part, sum_if
from crm.figures.model import Numbers
from crm.segments.selects import Question
from crm.segments.windows import months_back

SEASON_YEARS = 5


def income(question: Question) -> Numbers:
    """Cents of each month of this year and the last (`2026-03`), last year to the same day (`so-far`), and who gave.

    Behind a month stand those who can still be found.
    """
    today, same = question.today, months_back(question.today, 12)
    between = (date(today.year - 1, 1, 1), today)
    gift = effective_gifts().subquery("gifts")
    year, month = part("year", gift.c.given_on), part("month", gift.c.given_on)
    until = or_(gift.c.given_on <= same, year == today.year)
    sums = (func.sum(gift.c.given_cents), sum_if(until, gift.c.given_cents))
    money = question.session.execute(
        select(year, month, *sums)
        .where(gift.c.given_cents > 0, gift.c.given_on.between(*between))
        .group_by(year, month)
    )
    amounts = {"so-far": 0}
    for one, other, whole, so_far in money:
        amounts[f"{one}-{other:02d}"] = int(whole)
        amounts["so-far"] += int(so_far) if one < today.year else 0
    found = gifts(question)
    of_year, of_month = part("year", found.c.given_on), part("month", found.c.given_on)
    givers = question.session.execute(
        select(of_year, of_month, func.count(found.c.person_id.distinct()))
        .where(found.c.given_on.between(between[0], today.replace(month=12, day=31)))
        .group_by(of_year, of_month)
    )
    return Numbers(people={f"gave:{one}-{other:02d}": int(number) for one, other, number in givers}, amounts=amounts)


def seasons(question: Question) -> Numbers:
    """Cents of each month of the last whole years (`2025-12`), and who ever gave in that month of one of them."""
    last = question.today.year - 1
    gift = effective_gifts().subquery("gifts")
    between = (date(last - SEASON_YEARS + 1, 1, 1), date(last, 12, 31))
    year, month = part("year", gift.c.given_on), part("month", gift.c.given_on)
    money = question.session.execute(
        select(year, month, func.sum(gift.c.given_cents))
        .where(gift.c.given_cents > 0, gift.c.given_on.between(*between))
        .group_by(year, month)
    ).all()
    if not money:
        return Numbers()
    first = min(one for one, _, _ in money)
    found = gifts(question)
    of_month = part("month", found.c.given_on)
    givers = question.session.execute(
        select(of_month, func.count(found.c.person_id.distinct()))
        .where(found.c.given_on.between(*between))
        .group_by(of_month)
    )
    return Numbers(
        people={f"season:{one}:{first}:{last}": int(number) for one, number in givers},
        amounts={f"{one}-{other:02d}": int(cents) for one, other, cents in money} | {"first": first, "last": last},
    )
