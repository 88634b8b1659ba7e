"""Whose gifts wait for thanks, in SQL: an appeal leaves them out until they were thanked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from crm.donations.model import GiftKind
from crm.donations.tables import DonorStatsRow, GiftRow
from crm.donations.thanking import DAYS, NEVER_THANKED_FOR
from crm.people import selects as people


def awaiting(on: date) -> Select[*tuple[Any, ...]]:
    """(id, person_id, given_on, cents, is_first) of each gift for which nobody was thanked yet and somebody can be.

    Not those given too long ago, nor an instalment after the first, nor gifts of the dead.
    """
    gift, before, donor = GiftRow, aliased(GiftRow), aliased(DonorStatsRow)
    earlier = select(before.id).where(
        before.person_id == gift.person_id,
        before.kind == GiftKind.INSTALMENT,
        before.given_cents > 0,
        ~before.is_test,
        or_(before.given_on < gift.given_on, and_(before.given_on == gift.given_on, before.id < gift.id)),
    )
    return (
        select(
            gift.id,
            gift.person_id,
            gift.given_on,
            gift.given_cents.label("cents"),
            (donor.first_on == gift.given_on).label("is_first"),
        )
        .join(donor, donor.person_id == gift.person_id)
        .where(
            gift.thanked_at.is_(None),
            gift.kind != NEVER_THANKED_FOR,
            gift.given_cents > 0,
            ~gift.is_test,
            gift.given_on > on - timedelta(days=DAYS),
            or_(gift.kind != GiftKind.INSTALMENT, ~earlier.correlate(gift).exists()),
            ~people.deceased(gift.person_id),
        )
    )


def awaits_thanks(person_id: Any, on: date) -> ColumnElement[bool]:
    """Whether somebody gave and has not been thanked: nobody is asked before."""
    waiting = awaiting(on).subquery()
    return select(waiting.c.id).where(waiting.c.person_id == person_id).exists()
