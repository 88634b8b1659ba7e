"""The catalogue of codes: what each cost and brought, and by when its appeal had paid for itself."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.donations import appeals
from crm.donations import selects as donations
from crm.donations.model import Appeal, Campaign
from crm.fundraising import rules
from crm.fundraising.errors import PlanWrong
from crm.values.identifiers import AppealId


@dataclass(frozen=True, kw_only=True, slots=True)
class Brought:
    """What was spent, and what gifts brought that bear a code; nothing of what came without one."""

    people: int
    gifts: int
    cents: int
    cost_cents: int

    @property
    def cents_an_euro(self) -> int | None:
        """Cents spent for each euro that came; None where nothing came or nothing is known to be spent."""
        return round(100 * self.cost_cents / self.cents) if self.cents and self.cost_cents else None

    @property
    def gain(self) -> float | None:
        """What came beyond the cost, as a part of the cost (return on investment)."""
        return (self.cents - self.cost_cents) / self.cost_cents if self.cost_cents else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Coded:
    """A code with what it did."""

    code: str
    package: str
    cell: str
    brought: Brought


@dataclass(frozen=True, kw_only=True, slots=True)
class Priced:
    """An appeal with its codes: together, and what it cost as a whole beside them."""

    appeal: Appeal
    campaign: Campaign
    codes: tuple[Coded, ...]
    brought: Brought
    paid_back_on: date | None


def catalogue(session: Session) -> tuple[Priced, ...]:
    """Every appeal that has codes, the newest first; a fixed number of queries."""
    campaigns = {one.id: one for one in appeals.campaigns(session)}
    costs, by_code, days = appeals.costs(session), _by_code(session), _by_day(session)
    own: dict[AppealId, list[Coded]] = defaultdict(list)
    for one in appeals.slip_codes(session):
        people, gifts, cents = by_code.get(one.code, (0, 0, 0))
        brought = Brought(people=people, gifts=gifts, cents=cents, cost_cents=one.cost_cents)
        own[one.appeal_id].append(Coded(code=one.code, package=one.package, cell=one.cell, brought=brought))
    return tuple(
        Priced(
            appeal=one,
            campaign=campaigns[one.campaign_id],
            codes=tuple(own[one.id]),
            brought=Brought(
                people=sum(code.brought.people for code in own[one.id]),
                gifts=sum(code.brought.gifts for code in own[one.id]),
                cents=sum(code.brought.cents for code in own[one.id]),
                cost_cents=costs[one.id],
            ),
            paid_back_on=rules.paid_back(costs[one.id], days.get(one.id, [])),
        )
        for one in appeals.appeals(session)
        if one.id in own
    )


def price(session: Session, appeal_id: AppealId, *, whole_cents: int, costs: Mapping[str, int]) -> bool:
    """Says what an appeal cost as a whole, and its codes beside. True if that is news. Raises PlanWrong."""
    for code, cents in {"": whole_cents, **costs}.items():
        if not 0 <= cents <= rules.LARGEST:
            raise PlanWrong(code or "whole")
    found = next((one for one in appeals.appeals(session, [appeal_id])), None)
    if found is None:
        raise PlanWrong("appeal")
    news = bool(appeals.price(session, appeal_id, costs)) or found.cost_cents != whole_cents
    appeals.price_whole(session, appeal_id, whole_cents)
    return news


def _by_code(session: Session) -> dict[str, tuple[int, int, int]]:
    gifts = donations.effective_gifts().subquery("gifts")
    sums = (func.count(gifts.c.person_id.distinct()), func.count(), func.sum(gifts.c.given_cents))
    query = select(gifts.c.source_code, *sums).where(gifts.c.source_code.is_not(None), gifts.c.given_cents > 0)
    rows = session.execute(query.group_by(gifts.c.source_code))
    return {code: (int(people), int(several), int(cents)) for code, people, several, cents in rows}


def _by_day(session: Session) -> dict[AppealId, list[tuple[date, int]]]:
    each, found = donations.answers().subquery("each_answer"), defaultdict(list)
    query = select(each.c.appeal_id, each.c.given_on, func.sum(each.c.given_cents))
    for appeal_id, day, cents in session.execute(
        query.group_by(each.c.appeal_id, each.c.given_on).order_by(each.c.appeal_id, each.c.given_on)
    ):
        found[AppealId(appeal_id)].append((day, int(cents)))
    return dict(found)
