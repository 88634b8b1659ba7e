"""Regular gifts: how many stop each month, and how long they last by who brought them."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import and_, case, func, or_, select

from crm.figures import behind
from crm.figures.givers import count_if, part, rows
from crm.figures.model import Numbers
from crm.segments.selects import Question
from crm.segments.windows import months_back

CHURN_MONTHS = 13
FAILED, CAME = "failed", "came"
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


def failures(question: Question) -> Numbers:
    """Instalments of the last months of which the bank said something: `known:2026-03`, `failed:2026-03`.

    By reason (`reason:MS03`) those of the last whole twelve months; behind stands whom it failed.
    """
    months = [months_back(question.today.replace(day=1), back) for back in range(CHURN_MONTHS)][::-1]
    asked = rows(question, "collection", "due_on", "fate", "reason")
    year, month = part("year", asked.c.due_on), part("month", asked.c.due_on)
    failed = asked.c.fate == FAILED
    known = question.session.execute(
        select(year, month, func.count(), count_if(failed), func.count(case((failed, asked.c.person_id)).distinct()))
        .where(asked.c.fate.in_((FAILED, CAME)), asked.c.due_on.between(months[0], question.today))
        .group_by(year, month)
    )
    people: dict[str, int] = {}
    amounts: dict[str, int] = {}
    for one, other, number, lost, whom in known:
        name = f"{one}-{other:02d}"
        people[f"failed:{name}"] = int(whom)
        amounts[f"known:{name}"], amounts[f"failed:{name}"] = int(number), int(lost)
    when = behind.days(months[0], months[-1] - timedelta(days=1))
    within = (failed, asked.c.due_on.between(months[0], months[-1] - timedelta(days=1)))
    told = question.session.execute(
        select(asked.c.reason, func.count(), func.count(asked.c.person_id.distinct()))
        .where(*within)
        .group_by(asked.c.reason)
    )
    for reason, number, whom in told:
        amounts[f"reason:{reason or ''}"] = int(number)
        if reason:
            people[f"failed-for:{when}:{reason}"] = int(whom)
    return Numbers(people=people, amounts=amounts, names={"when": when})


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
