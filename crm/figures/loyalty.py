"""Who arrives, stays, comes back and leaves: flows, retention, cohorts, second gifts, what a donor brings in time."""

from __future__ import annotations

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, func, or_, select

from crm.donations.selects import months_between
from crm.figures import behind
from crm.figures.givers import count_if, gifts, part, rows, sum_if, years
from crm.figures.model import Numbers
from crm.segments.phrases import GIFT
from crm.segments.selects import Question
from crm.segments.windows import months_back

FLOW_YEARS = 6
COHORT_YEARS = 8
SPANS = (12, 24, 36, 60)
"""After how many months what a donor brought is looked at."""
SECOND_DAYS, SECOND_MONTHS = 90, 12
DELAYS = (0, 1, 3, 6, 12, 24)
"""Months after which one may give again, parted so."""


def flows(question: Question) -> Numbers:
    """Of each of the last years who was new, kept, back and gone, and how many of each stayed the year after.

    `lapsed` are those who had given, though not in the year before: of whom those are back who are.
    `before-by` and `kept-by` are of this day of the year: those of the year before who had given again by then.
    """
    today = question.today
    year = years(question)
    origin = case(
        (year.c.year_before.is_(None), "new"), (year.c.year_before == year.c.year - 1, "kept"), else_="back"
    ).label("origin")
    stays = year.c.year_after == year.c.year + 1
    stays_by = and_(stays, _day_of_year(year.c.after_on) <= _md(today))
    had_by = _day_of_year(year.c.begun_on) <= _md(today)
    counted = question.session.execute(
        select(
            year.c.year,
            origin,
            func.count(),
            count_if(stays),
            count_if(stays_by),
            count_if(had_by),
            count_if(and_(had_by, stays_by)),
        )
        .where(year.c.year <= today.year)
        .group_by(year.c.year, origin)
    )
    people: Counter[str] = Counter()
    for one, kind, number, stay, stay_by, by, by_both in counted:
        after = one + 1
        for later in range(max(one + 2, today.year - FLOW_YEARS + 1), today.year + 1) if kind == "new" else ():
            people[f"lapsed:{later}"] += number
        if one < today.year - FLOW_YEARS:
            continue
        if kind != "new" and one < today.year:
            people[f"lapsed:{after}"] -= number
        people[{"new": f"first:{one}", "kept": f"kept:{one}", "back": f"back:{one}"}[kind]] += number
        people[f"gave:{one}"] += number
        if one == today.year:
            continue
        people[f"kept-{'repeat' if kind == 'kept' else kind}:{after}"] += stay
        people[f"gone:{after}"] += number - stay
        same = same_day(today, after)
        people[f"kept-by:{same}"] += stay_by
        if after == today.year:
            early = behind.days(date(one, 1, 1), same_day(today, one))
            people[f"gave:{early}"] += by
            people[f"both-by:{early}+{behind.days(date(after, 1, 1), same)}"] += by_both
    return Numbers(people={key: int(number) for key, number in people.items()})


def gains(question: Question) -> Numbers:
    """Of each whole year the cents it has more, and less, than the one before: by whom it came and whom it was lost.

    `2025` is what came in; `first:2025`, `back`, `up`, `down`, `gone-new` and `gone-repeat` are what each makes.
    """
    year, last = years(question), question.today.year - 1
    since = last - FLOW_YEARS + 2
    kept = year.c.year_before == year.c.year - 1
    gone = func.coalesce(year.c.year_after, 0) != year.c.year + 1
    is_new, more = year.c.year_before.is_(None), year.c.cents - year.c.cents_before
    parts: dict[str, tuple[int, ColumnElement[bool], ColumnElement[Any]]] = {
        "first": (0, is_new, year.c.cents),
        "back": (0, year.c.year_before < year.c.year - 1, year.c.cents),
        "up": (0, and_(kept, more > 0), more),
        "down": (0, and_(kept, more < 0), -more),
        "gone-new": (1, and_(gone, is_new), year.c.cents),
        "gone-repeat": (1, and_(gone, ~is_new), year.c.cents),
    }
    sums = [each for _, holds, what in parts.values() for each in (count_if(holds), sum_if(holds, what))]
    counted = question.session.execute(
        select(year.c.year, func.sum(year.c.cents), *sums)
        .where(year.c.year.between(since - 1, last))
        .group_by(year.c.year)
    )
    people, amounts = {}, {}
    for one, cents, *numbers in counted:
        amounts[str(one)] = int(cents)
        for place, (word, (shift, _, _)) in enumerate(parts.items()):
            if since <= one + shift <= last:
                key = f"{word}:{one + shift}"
                people[key], amounts[key] = int(numbers[2 * place]), int(numbers[2 * place + 1])
    return Numbers(people=people, amounts=amounts)


def cohorts(question: Question) -> Numbers:
    """Of those whose first gift was in a year, who gave so many years later, and the cents they brought that year."""
    year, since = years(question), question.today.year - COHORT_YEARS + 1
    counted = question.session.execute(
        select(year.c.first_year, year.c.year - year.c.first_year, func.count(), func.sum(year.c.cents))
        .where(year.c.first_year.between(since, question.today.year), year.c.year <= question.today.year)
        .group_by(year.c.first_year, year.c.year - year.c.first_year)
    )
    people, amounts = {}, {}
    for first, later, number, cents in counted:
        if not later:
            people[f"first:{first}"] = int(number)
        people[f"cohort:{first}:{later}"] = int(number)
        amounts[f"{first}:{later}"] = int(cents)
    return Numbers(people=people, amounts=amounts)


def second_gifts(question: Question) -> Numbers:
    """Of those who began with a gift of their own accord, who gave again within 90 days and within 12 months.

    Only those are looked at whose time is over; somebody of last week has not failed to give again.
    """
    today = question.today
    whole = {
        SECOND_DAYS: today - timedelta(days=SECOND_DAYS + 1),
        SECOND_MONTHS: months_back(today, SECOND_MONTHS),
    }
    columns = ("given_on", "kind", "nth", "months_since", "days_since")
    gift = rows(question, GIFT, *columns)
    second = select(gift).where(gift.c.nth == 2).subquery("second_gifts")
    first = select(gift).where(gift.c.nth == 1, gift.c.kind != behind.INSTALMENT).subquery("first_gifts")
    within = {
        SECOND_DAYS: second.c.days_since <= SECOND_DAYS,
        SECOND_MONTHS: second.c.months_since < SECOND_MONTHS,
    }
    year = part("year", first.c.given_on)
    sums = [
        count_if(and_(first.c.given_on <= whole[length], *more))
        for length in (SECOND_DAYS, SECOND_MONTHS)
        for more in ((), (within[length],))
    ]
    counted = question.session.execute(
        select(year, *sums)
        .select_from(first)
        .outerjoin(second, second.c.person_id == first.c.person_id)
        .where(first.c.given_on >= date(today.year - FLOW_YEARS + 1, 1, 1))
        .group_by(year)
    )
    people = {}
    for one, *numbers in counted:
        for length, (all_of_them, again) in zip(whole, (numbers[:2], numbers[2:]), strict=True):
            when = _complete(int(one), whole[length])
            if when:
                people[f"starts:{when}"] = int(all_of_them)
                people[f"second-{length}:{when}"] = int(again)
    return Numbers(people=people)


def delays(question: Question) -> Numbers:
    """Of those who began of their own accord and have had two years, how long it took until they gave again."""
    today = question.today
    until = months_back(today, DELAYS[-1])
    when = behind.days(date(today.year - FLOW_YEARS, 1, 1), until)
    gift = rows(question, GIFT, "given_on", "kind", "nth", "months_since")
    second = select(gift).where(gift.c.nth == 2).subquery("second_gifts")
    first = select(gift).where(gift.c.nth == 1, gift.c.kind != behind.INSTALMENT).subquery("first_gifts")
    between = first.c.given_on.between(date(today.year - FLOW_YEARS, 1, 1), until)
    took = second.c.months_since
    sums = [func.count(), *(count_if(took.between(low, high - 1)) for low, high in pairwise(DELAYS))]
    sums += [count_if(took >= DELAYS[-1]), count_if(took.is_(None))]
    counted = question.session.execute(
        select(*sums).select_from(first).outerjoin(second, second.c.person_id == first.c.person_id).where(between)
    ).one()
    return Numbers(people=dict(zip(delay_keys(when), map(int, counted), strict=True)), names={"when": when})


def delay_keys(when: str) -> list[str]:
    """All of those days, each length of time, longer than that, never."""
    lengths = [f"delay:{low}:{high - 1}:{when}" for low, high in pairwise(DELAYS)]
    return [f"starts:{when}", *lengths, f"delay:{DELAYS[-1]}::{when}", f"once:{when}"]


def lifetimes(question: Question) -> Numbers:
    """What those whose first gift was in a year brought within so many months, of those who have had the time.

    `year`, `donors`, `kept` and `before` are of the last whole year, for the estimate.
    """
    today = question.today
    gift = gifts(question)
    first_on = func.min(gift.c.given_on).over(partition_by=gift.c.person_id)
    order: dict[str, Any] = {"partition_by": gift.c.person_id, "order_by": (gift.c.given_on, gift.c.id)}
    place = func.row_number().over(**order)
    each = select(
        gift.c.given_on, gift.c.cents, first_on.label("first_on"), case((place == 1, 1), else_=0).label("is_first")
    ).subquery("since_first")
    year, months = part("year", each.c.first_on), months_between(each.c.first_on, each.c.given_on)
    bounds = {span: bound(today, span) for span in SPANS}
    sums: list[ColumnElement[Any]] = []
    for span, until in bounds.items():
        had_time = each.c.first_on <= until
        sums += [
            count_if(and_(had_time, each.c.is_first == 1)),
            sum_if(and_(had_time, months < span), each.c.cents),
        ]
    counted = question.session.execute(
        select(year, *sums).where(each.c.first_on >= date(today.year - COHORT_YEARS + 1, 1, 1)).group_by(year)
    )
    people, amounts = {}, {}
    for one, *numbers in counted:
        for place_of, span in enumerate(SPANS):
            when = _complete(int(one), bounds[span])
            if when:
                people[f"first:{when}"] = int(numbers[2 * place_of])
                amounts[f"{one}:{span}"] = int(numbers[2 * place_of + 1])
    return Numbers(people=people, amounts=amounts | _last_year(question, gift))


def bound(today: date, months: int) -> date:
    """The last day of a first gift since which so many months are over."""
    return months_back(today, months)


def same_day(today: date, year: int) -> date:
    """The same day in another year; 29 February is the 28th where there is none."""
    return months_back(today, 12 * (today.year - year))


def _last_year(question: Question, gift: Subquery) -> dict[str, int]:
    last = question.today.year - 1
    year = years(question)
    cents, donors, kept = question.session.execute(
        select(
            sum_if(year.c.year == last, year.c.cents),
            count_if(year.c.year == last),
            count_if(and_(year.c.year == last, year.c.year_before == last - 1)),
        ).where(or_(year.c.year == last, year.c.year == last - 1))
    ).one()
    before = question.session.scalar(
        select(func.count(gift.c.person_id.distinct())).where(
            gift.c.given_on.between(date(last - 1, 1, 1), date(last - 1, 12, 31))
        )
    )
    return {"year": int(cents), "donors": int(donors), "kept": int(kept), "before": int(before or 0)}


def _complete(year: int, until: date) -> str:
    """Of a year the days up to a bound, as a key says them; empty where none is."""
    if until < date(year, 1, 1):
        return ""
    return str(year) if until >= date(year, 12, 31) else behind.days(date(year, 1, 1), until)


def _md(day: date) -> int:
    return day.month * 100 + day.day


def _day_of_year(day: Any) -> ColumnElement[int]:
    return part("month", day) * 100 + part("day", day)
