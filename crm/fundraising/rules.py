"""The decisions of fundraising: codes, amounts that are asked, communications, what may be claimed of a result."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from crm.fundraising.errors import NoMoreNumbers, PlanWrong
from crm.fundraising.model import (
    CHANNELS,
    MOST_APPEALS,
    MOST_LADDER,
    MOST_PRINTED,
    THOUSAND,
    Arms,
    Basis,
    Ladder,
    Lift,
    NewAppeal,
    NewCell,
)
from crm.values.structured_communication import StructuredCommunication

STEP = 500
"""Amounts are asked in steps of 5 €."""
LONGEST_NAME = 80
LONGEST_LETTER = 4000
LONGEST_REASON = 200
LONGEST_DAYS = 3650
LARGEST = 10**9
FEWEST = 200
NINETEEN_OF_TWENTY = 1.96
_CAMPAIGN = re.compile(r"[A-Z0-9]{2,14}")
_APPEAL = re.compile(r"[A-Z0-9]{1,8}")


def campaign_code(text: str) -> str:
    """The code of a campaign (`NOEL26`). Raises PlanWrong."""
    code = text.strip().upper()
    if not _CAMPAIGN.fullmatch(code):
        raise PlanWrong("campaign_code")
    return code


def appeal_code(campaign: str, text: str) -> str:
    """The code of an appeal of a campaign (`NOEL26-P1`). Raises PlanWrong."""
    code = text.strip().upper()
    if not _APPEAL.fullmatch(code):
        raise PlanWrong("code")
    return f"{campaign}-{code}"


def source_code(appeal: str, package: str, position: int) -> str:
    """What is printed on the slips of a package of a cell: `NOEL26-P1-A-03`."""
    return f"{appeal}-{package}-{position:02d}"


def tidy_name(text: str, field: str = "name") -> str:
    """A name in single spaces. Raises PlanWrong."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        raise PlanWrong(field)
    return name


def tidy_reason(why: str) -> str:
    """Why a colleague changes what is frozen, in single spaces. Raises PlanWrong (`why`)."""
    reason = " ".join(why.split())
    if not 1 <= len(reason) <= LONGEST_REASON:
        raise PlanWrong("why")
    return reason


def tidy_appeal(new: NewAppeal) -> NewAppeal:
    """The plan as it is kept. Raises PlanWrong, naming the field."""
    for name, value, most in (
        ("cost_cents", new.cost_cents, LARGEST),
        ("rest_days", new.rest_days, LONGEST_DAYS),
        ("yearly_most", new.yearly_most, 366),
        ("gift_months", new.gift_months, 120),
    ):
        if not 0 <= value <= most:
            raise PlanWrong(name)
    if not 1 <= new.keep_days <= 365:
        raise PlanWrong("keep_days")
    if new.channel not in CHANNELS:
        raise PlanWrong("channel")
    letter = new.letter.replace("\r\n", "\n").strip()
    if len(letter) > LONGEST_LETTER:
        raise PlanWrong("letter")
    return replace(new, name=tidy_name(new.name), letter=letter)


def tidy_cell(new: NewCell) -> NewCell:
    """A cell as it is kept. Raises PlanWrong, naming the field."""
    package, rival = new.package.strip().upper(), new.rival.strip().upper()
    for field, code in (("package", package), ("rival", rival or "B")):
        if not _APPEAL.fullmatch(code):
            raise PlanWrong(field)
    if rival == package:
        raise PlanWrong("rival")
    if not 0 <= new.control_share < THOUSAND:
        raise PlanWrong("control_share")
    if not 0 <= new.rival_share <= THOUSAND or bool(new.rival_share) is not bool(rival):
        raise PlanWrong("rival_share")
    if new.cap is not None and not 1 <= new.cap <= MOST_PRINTED:
        raise PlanWrong("cap")
    return replace(new, name=tidy_name(new.name), package=package, rival=rival, ladder=tidy_ladder(new.ladder))


def tidy_ladder(new: Ladder) -> Ladder:
    """A ladder whose amounts can be asked. Raises PlanWrong."""
    steps = tuple(sorted(set(new.percents)))
    if not 1 <= len(steps) <= MOST_LADDER or steps[0] < 1 or steps[-1] > 10_000:
        raise PlanWrong("percents")
    if not STEP <= new.least_cents <= new.most_cents <= LARGEST or new.least_cents % STEP or new.most_cents % STEP:
        raise PlanWrong("least_cents")
    return replace(new, percents=steps)


def asks(ladder: Ladder, *, last_cents: int, largest_cents: int) -> tuple[int, ...]:
    """The amounts to propose, each once, rising: none below the floor or above the ceiling, each a multiple of 5 €.

    Who never gave is asked from the floor up.
    """
    if ladder.basis is Basis.FIXED:
        wanted = [euros * 100 for euros in ladder.percents]
    else:
        known = last_cents if ladder.basis is Basis.LAST else largest_cents
        wanted = [(known or ladder.least_cents) * percent // 100 for percent in ladder.percents]
    stepped = [-(-cents // STEP) * STEP for cents in wanted]
    return tuple(sorted({min(max(cents, ladder.least_cents), ladder.most_cents) for cents in stepped}))


def communication(appeal_id: int, seq: int) -> StructuredCommunication:
    """The communication of one letter of one appeal: no other letter ever had it, nor will. Raises NoMoreNumbers."""
    if not 0 < appeal_id <= MOST_APPEALS or not 0 < seq <= MOST_PRINTED:
        raise NoMoreNumbers
    return StructuredCommunication.of(appeal_id * (MOST_PRINTED + 1) + seq)


def lift(cells: Sequence[tuple[Arms, Arms]]) -> Lift | None:
    """What an appeal brought beside doing nothing, in cents a person, with the interval that holds it 19 times of 20.

    Of each cell those asked and those left alone: lots are drawn within a cell, so each is compared with its own. A
    cell weighs as much as it can tell (Mantel and Haenszel), and nothing where it has no spread of its own.

    None where nothing may be claimed: arms below `FEWEST` people say more about chance than about the appeal.
    """
    told = comparable(cells)
    if any(sum(one.people for one in arm) < FEWEST for arm in zip(*told, strict=True)) or not told:
        return None
    weights = [mailed.people * control.people / (mailed.people + control.people) for mailed, control in told]
    more = wide = 0.0
    for weight, (mailed, control) in zip(weights, told, strict=True):
        share = weight / sum(weights)
        more += share * (mailed.cents / mailed.people - control.cents / control.people)
        wide += share * share * (_spread(mailed) + _spread(control))
    wide = NINETEEN_OF_TWENTY * math.sqrt(wide)
    return Lift(cents=round(more), low_cents=round(more - wide), high_cents=round(more + wide))


def comparable(cells: Sequence[tuple[Arms, Arms]]) -> list[tuple[Arms, Arms]]:
    """The cells of which enough were asked and left alone to know how much people differ."""
    return [pair for pair in cells if min(one.people for one in pair) > 1]


def _spread(arm: Arms) -> float:
    """How far the mean of an arm may be from that of all such people, squared."""
    mean = arm.cents / arm.people
    return max(arm.squares - arm.people * mean * mean, 0.0) / (arm.people - 1) / arm.people


def paid_back(cost_cents: int, by_day: Sequence[tuple[date, int]]) -> date | None:
    """The day on which what came in reached what the appeal cost; days rising, None where it has not yet."""
    total = 0
    for day, cents in by_day:
        total += cents
        if cost_cents and total >= cost_cents:
            return day
    return None


def moved(order: Sequence[int], number: int, by: int) -> tuple[int, ...]:
    """The same numbers in order, one of them so many places further down (or up, where it is negative)."""
    found = [one for one in order if one != number]
    place = min(max(order.index(number) + by, 0), len(found))
    return (*found[:place], number, *found[place:])
