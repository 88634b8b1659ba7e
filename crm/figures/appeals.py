"""What came of the last appeals: who was asked, who gave, what it brought and cost."""

from __future__ import annotations

from sqlalchemy import func, select

from crm.donations import appeals as planned
from crm.figures.givers import rows
from crm.figures.model import Numbers
from crm.fundraising.selects import asked_by_appeal
from crm.segments.phrases import GIFT
from crm.segments.selects import Question

MOST = 12
NOTHING = (0, 0, None)


def results(question: Question) -> Numbers:
    """Of each of the last appeals, by code: `asked`, `gifts`, `cents`, `cost`; `names` are in order, the newest first.

    `recruited` gave for the first time, to that appeal. One that has no day began with its first gift. Gifts are those
    that bear a code of the appeal; behind stand those who can still be found.
    """
    session = question.session
    asked = {appeal: int(people) for appeal, people in session.execute(asked_by_appeal())}
    every = question.catalogue.source(GIFT).rows(question.asking(frozenset({"appeal"}))).subquery("coded_gifts")
    sums = (func.count(), func.sum(every.c.cents), func.min(every.c.given_on))
    money = session.execute(select(every.c.appeal, *sums).where(every.c.appeal.is_not(None)).group_by(every.c.appeal))
    brought = {code: (int(gifts), int(cents), first_on) for code, gifts, cents, first_on in money}
    days = {one: one.starts_on or brought.get(one.code, NOTHING)[2] for one in planned.appeals(session)}
    dated = sorted(((day, one.id, one) for one, day in days.items() if day), reverse=True)
    begun = [one for day, _, one in dated if day <= question.today][:MOST]
    codes = [one.code for one in begun]
    gift = rows(question, GIFT, "appeal")
    givers = session.execute(
        select(gift.c.appeal, func.count(gift.c.person_id.distinct()))
        .where(gift.c.appeal.in_(codes))
        .group_by(gift.c.appeal)
    )
    first = rows(question, GIFT, "appeal", "nth")
    recruited = session.execute(
        select(first.c.appeal, func.count()).where(first.c.appeal.in_(codes), first.c.nth == 1).group_by(first.c.appeal)
    )
    amounts: dict[str, int] = {}
    costs = planned.costs(session)
    for one in begun:
        gifts, cents, _ = brought.get(one.code, NOTHING)
        amounts |= {
            f"asked:{one.code}": asked.get(one.id, 0),
            f"gifts:{one.code}": gifts,
            f"cents:{one.code}": cents,
            f"cost:{one.code}": costs[one.id],
            f"number:{one.code}": one.id,
        }
    return Numbers(
        people={f"{word}:{one}": 0 for word in ("appeal", "recruited") for one in codes}
        | {f"appeal:{code}": int(number) for code, number in givers}
        | {f"recruited:{code}": int(number) for code, number in recruited},
        amounts=amounts,
        names={f"{place:02d}:{one.code}": one.name for place, one in enumerate(begun)},
    )
