"""Decisions about the magazine: what its calendar warns of, one copy a household, what a return means. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from crm.magazine.errors import DaysWrong, RuleWrong
from crm.magazine.model import (
    Basis,
    Caution,
    Decided,
    Eligibility,
    Entitled,
    Funnel,
    Issue,
    NewIssue,
    Reason,
    ReturnEffect,
    ReturnReason,
    Subscription,
)
from crm.privacy.rules import months_later
from crm.values.identifiers import IssueId

QUARTER_MONTHS = 3
"""The periodical tariff wants an issue at least every so many months (bpost.be, periodicals)."""
A_YEAR = 4
"""And at least so many a year."""
SOON = timedelta(days=14)
ORDER = tuple(Basis)
_MANY_DIGITS = re.compile(r"(?:\d[\s./()-]*){6}")


def tidy(issue: NewIssue) -> NewIssue:
    """An issue with sound numbers. Raises `DaysWrong`, `RuleWrong` with the field to mend."""
    if not 1 <= issue.number <= 99999:
        raise RuleWrong("number")
    for field, earlier, later in (
        ("drop_on", issue.file_due_on, issue.drop_on),
        ("home_on", issue.drop_on, issue.home_on),
    ):
        if later < earlier:
            raise DaysWrong(field)
    for field in ("copy_cents", "postage_cents", "postage_abroad_cents"):
        if not 0 <= getattr(issue, field) < 100_000:
            raise RuleWrong(field)
    if issue.pdf_url and not issue.pdf_url.startswith("https://"):
        raise RuleWrong("pdf_url")
    return replace(issue, title=" ".join(issue.title.split())[:120], pdf_url=issue.pdf_url.strip()[:500])


def warnings(issue: Issue, others: Iterable[Issue], *, today: date) -> tuple[Caution, ...]:
    """What the days of an issue make one think of, the gravest first."""
    days, found = issue.plan, []
    drops = sorted(one.plan.drop_on for one in others if one.id != issue.id)
    before = [day for day in drops if day < days.drop_on]
    if before and days.drop_on > months_later(before[-1], QUARTER_MONTHS):
        found.append(Caution.GAP)
    year_before = months_later(days.drop_on, -12)
    is_followed = bool(drops) and drops[0] <= year_before
    if is_followed and sum(1 for day in before if day > year_before) + 1 < A_YEAR:
        found.append(Caution.FEW)
    if issue.frozen_at is None and today > days.file_due_on:
        found.append(Caution.OVERDUE)
    elif issue.frozen_at is None and today + SOON >= days.file_due_on:
        found.append(Caution.SOON)
    return tuple(found)


def latest_drop(before: NewIssue) -> date:
    """The last day on which the next issue may be dropped without losing the tariff of periodicals."""
    return months_later(before.drop_on, QUARTER_MONTHS)


def following(last: Issue) -> Issue:
    """The issue after this one as it would come, a quarter later, while nobody has planned it: only to look ahead."""
    names = ("cover_on", "file_due_on", "drop_on", "home_on")
    days: dict[str, Any] = {name: months_later(getattr(last.plan, name), QUARTER_MONTHS) for name in names}
    return Issue(id=IssueId(0), plan=replace(last.plan, number=last.number + 1, title="", pdf_url="", **days))


def sound(rule: Eligibility) -> Eligibility:
    """A rule that means something. Raises `RuleWrong`."""
    for field, least, most in (
        ("grace_months", 0, 12),
        ("plan_months", 1, 24),
        ("gift_count", 0, 100),
        ("gift_cents", 0, 10**8),
        ("gift_months", 1, 60),
    ):
        if not least <= getattr(rule, field) <= most:
            raise RuleWrong(field)
    if not (rule.members or rule.regular_plans or rule.gift_count or rule.gift_cents or rule.said):
        raise RuleWrong("members")
    return rule


def is_in_force(subscription: Subscription, number: int) -> bool:
    """Whether a ground of the house's own holds for an issue; `selects` says the same in SQL."""
    if subscription.basis is None:
        return False
    begun = subscription.from_number is None or subscription.from_number <= number
    return begun and (subscription.until_number is None or number <= subscription.until_number)


def is_paused(subscription: Subscription, day: date) -> bool:
    """Whether somebody gets nothing on a day as they asked for a pause; `selects` says the same in SQL."""
    begun = subscription.paused_from_on is not None and subscription.paused_from_on <= day
    return begun and (subscription.paused_until_on is None or day <= subscription.paused_until_on)


def is_printable_note(notes: str) -> bool:
    """Whether a delivery note may leave for a printer: no e-mail address, nor digits as of a phone or a birthday."""
    return "@" not in notes and not _MANY_DIGITS.search(notes)


def one_a_household(group: Sequence[Entitled]) -> list[Entitled]:
    """The people of one letter box, each with a copy or the reason for none, in the order in which they came.

    Who shares a household or a surname gets one copy together: that of the one with the strongest ground, with as many
    copies as any of them asked for. Organisations, and who asked for a copy of their own, share with nobody. Different
    surnames are not taken for a household: somebody looks at them.
    """
    sharing = [one for one in group if one.reason in {None, Reason.HAS_ONE} and not one.alone]
    kept: dict[int, Entitled] = {}
    for home in _homes(sharing):
        if not any(one.reason is Reason.HAS_ONE for one in home):
            first = min(home, key=lambda one: (ORDER.index(one.basis), one.person_id))
            kept[first.person_id] = replace(first, copies=max(one.copies for one in home))
    return [
        one if one.reason is not None or one.alone else kept.get(one.person_id) or replace(one, reason=Reason.HOUSEHOLD)
        for one in group
    ]


def is_mixed(group: Iterable[Entitled]) -> bool:
    """Whether several people of different surnames each get a copy at one letter box."""
    return sum(1 for one in group if one.reason is None and not one.alone) > 1


def sharing(group: Iterable[Entitled]) -> frozenset[int]:
    """Who shares a letter box as people do: neither organisations, nor who asked for a copy of their own."""
    counted = {None, Reason.HOUSEHOLD, Reason.HAS_ONE}
    return frozenset(one.person_id for one in group if one.reason in counted and not one.alone)


def is_settled(group: Iterable[Entitled], decided: Decided) -> bool:
    """Whether somebody has said of all who share this letter box now that each keeps their copy."""
    several = list(group)
    apart = decided.apart.get(several[0].box_key, ())
    return bool(apart) and any(sharing(several) <= known for known in apart)


def spared(group: Sequence[Entitled], decided: Decided) -> int:
    """How many copies fewer a letter box gets as somebody has made households of its people."""
    if not any(_every_home(one) & decided.homes for one in group):
        return 0
    before = [
        replace(
            one,
            reason=None if one.reason is Reason.HOUSEHOLD else one.reason,
            household_id=None if one.household_id in decided.homes else one.household_id,
            homes=one.homes - decided.homes,
        )
        for one in group
    ]
    return _mailed(one_a_household(before)) - _mailed(group)


def _mailed(group: Iterable[Entitled]) -> int:
    return sum(1 for one in group if one.reason is None)


def _homes(people: Sequence[Entitled]) -> list[list[Entitled]]:
    """Who belongs together, by a shared household or surname, however long the chain."""
    homes: list[list[Entitled]] = []
    for one in people:
        touching = [home for home in homes if any(_together(one, other) for other in home)]
        homes = [home for home in homes if home not in touching]
        homes.append([*(other for home in touching for other in home), one])
    return homes


def _together(one: Entitled, other: Entitled) -> bool:
    if one.household_id is not None and one.household_id == other.household_id:
        return True
    if (one.homes or other.homes) and _every_home(one) & _every_home(other):
        return True
    return bool(one.surname) and one.surname == other.surname


def _every_home(one: Entitled) -> frozenset[int]:
    return one.homes if one.household_id is None else one.homes | {one.household_id}


def cost_cents(plan: NewIssue, countries: Iterable[tuple[str, int]]) -> int:
    """What so many copies in each country come to: paper and postage."""
    return sum(
        copies * (plan.copy_cents + (plan.postage_cents if country == "BE" else plan.postage_abroad_cents))
        for country, copies in countries
    )


def adds_up(funnel: Funnel) -> bool:
    """The law of every run: the entitled are the mailed and the excluded."""
    return funnel.entitled == funnel.mailed + sum(funnel.excluded.values())


def effect(reason: ReturnReason, *, failures_before: int) -> ReturnEffect:
    """What a copy that came back leads to, by what was written on it and how often in a row the address failed."""
    match reason:
        case ReturnReason.DECEASED:
            return ReturnEffect.VERIFY
        case ReturnReason.REFUSED:
            return ReturnEffect.OBJECTED
        case _:
            return ReturnEffect.ASK if failures_before == 0 else ReturnEffect.SUSPENDED
