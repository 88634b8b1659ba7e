"""Who buys, gives and pays a fee, for the policies of consent: a candle is bought, and its buyer is no donor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import Select, select

from crm.consent.policy import Population
from crm.donations.model import GiftKind
from crm.donations.selects import effective_gifts, fee_lines


def populations(today: date) -> Mapping[Population, Select[*tuple[Any, ...]]]:
    """Of each population those who belong to it on a day, a select of `person_id`.

    Buyers and donors are so by any purchase or gift that still stands; members by a fee of this year or the last.
    """
    gifts = effective_gifts().subquery("gifts")
    of_kind = select(gifts.c.person_id).distinct()
    paid = fee_lines().subquery("paid")
    return {
        Population.BUYERS: of_kind.where(gifts.c.kind == GiftKind.SALE),
        Population.DONORS: of_kind.where(gifts.c.given_cents > 0),
        Population.MEMBERS: select(paid.c.person_id).distinct().where(paid.c.given_on >= date(today.year - 1, 1, 1)),
    }
