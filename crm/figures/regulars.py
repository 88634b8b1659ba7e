"""Regular gifts: how many stop each month, and how long they last by who brought them."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select

from crm.figures import behind
from crm.figures.givers import rows
from crm.figures.model import Numbers
from crm.segments.selects import Question
from crm.segments.windows import months_back

CHURN_MONTHS = 13
LASTED = (1, 3, 6, 12, 18, 24, 36, 48, 60)


def bound(today: date, months: int) -> date:
    """The last day on which a plan began that has had so many months."""
    return months_back(today, months)


def churn(question: Question) -> Numbers:
    """Who had a regular gift that ran when a month began, and of whom one that ran then ended within it."""
    plan = rows(question, "plan", "started_on", "ended_on")
    months = [months_back(question.today.replace(day=1), back) for back in range(CHURN_MONTHS)][::-1]
    sums, keys = [], []
    for first in months:
        month = behind.period(f"{first:%Y-%m}")
        began = plan.c.started_on <= first - timedelta(days=1)
        runs = and_(began, or_(plan.c.ended_on.is_(None), plan.c.ended_on >= first))
        ended = and_(began, plan.c.ended_on.between(month.first, month.last))
        for key, holds in ((f"plans:{first}", runs), (f"plans-ended:{first:%Y-%m}", ended)):
            keys.append(key)
            sums.append(func.count(case((holds, plan.c.person_id)).distinct()))
    counted = question.session.execute(select(*sums).select_from(plan)).one()
    return Numbers(people={key: int(number) for key, number in zip(keys, counted, strict=True)})


def survival(question: Question) -> Numbers:
    """By who brought them: people whose regular gift began long enough ago, and those whose lasted that long."""
    today = question.today
    plan = rows(question, "plan", "started_on", "origin", "months")
    sums = [func.count(plan.c.person_id.distinct())]
    bounds = {span: bound(today, span) for span in LASTED}
    for span, until in bounds.items():
        old = plan.c.started_on <= until
        sums += [
            func.count(case((holds, plan.c.person_id)).distinct()) for holds in (old, and_(old, plan.c.months >= span))
        ]
    counted = question.session.execute(
        select(plan.c.origin, *sums).group_by(plan.c.origin).order_by(sums[0].desc(), plan.c.origin)
    )
    people: dict[str, int] = {}
    names: dict[str, str] = {}
    for place, (origin, number, *numbers) in enumerate(counted):
        names[f"{place:04d}"] = origin
        people[f"origin:{origin}"] = int(number)
        for at, (span, until) in enumerate(bounds.items()):
            if numbers[2 * at]:
                people[f"recruits:{until}:{origin}"] = int(numbers[2 * at])
                people[f"lasted:{span}:{until}:{origin}"] = int(numbers[2 * at + 1])
    return Numbers(people=people, names=names)
