"""Whose gifts wait for thanks, in SQL: an appeal leaves them out until they were thanked."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select
from sqlalchemy.orm import aliased

from crm.care import selects as care
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.model import GiftKind
from crm.donations.tables import GiftRow, ThankCallRow
from crm.donations.thanking import DAYS, NEVER_THANKED_FOR
from crm.people import selects as people


def awaiting(on: date) -> Select[*tuple[Any, ...]]:
    """(id, person_id, given_on, cents, is_first) of each gift for which nobody was thanked yet and somebody can be.

    Not those of an older system given too long ago, nor an instalment after the first, nor gifts of the dead.
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
            or_(gift.owes_thanks, gift.given_on > on - timedelta(days=DAYS)),
            ~_called(gift.id),
            or_(gift.kind != GiftKind.INSTALMENT, ~earlier.correlate(gift).exists()),
            ~people.deceased(gift.person_id),
        )
    )


def to_thank(on: date) -> Select[*tuple[Any, ...]]:
    """Those of `awaiting` for which no colleague has a task to call."""
    row, waiting = ThankCallRow, care.open_tasks().subquery("waiting")
    tasked = select(row.gift_id).join(waiting, waiting.c.id == row.task_id)
    return awaiting(on).where(GiftRow.id.not_in(tasked))


def _called(gift_id: Any) -> ColumnElement[bool]:
    """Whether a colleague has made the call of thanks: the task is done, whoever writes it down."""
    row = ThankCallRow
    made = care.finished_tasks().subquery("made")
    return select(row.gift_id).join(made, made.c.id == row.task_id).where(row.gift_id == gift_id).exists()


def awaits_thanks(person_id: Any, on: date) -> ColumnElement[bool]:
    """Whether somebody gave and has not been thanked: nobody is asked before."""
    waiting = awaiting(on).subquery()
    return select(waiting.c.id).where(waiting.c.person_id == person_id).exists()
