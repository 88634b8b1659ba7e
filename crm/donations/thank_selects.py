"""Whose gifts wait for thanks, in SQL: an appeal leaves them out until they were thanked."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, not_, or_, select, true
from sqlalchemy.orm import aliased

from crm.care import selects as care
from crm.consent.restriction_selects import restricted
from crm.donations.donor_tables import DonorStatsRow
from crm.donations.model import GiftKind
from crm.donations.tables import GiftRow, ThankCallRow
from crm.people import selects as people


def awaiting() -> Select[*tuple[Any, ...]]:
    """(id, person_id, given_on, cents, is_first) of each gift for which nobody was thanked yet and somebody can be.

    Not those of an older system given too long ago, nor gifts of the dead. Of instalments the first that stands, and
    none once somebody was thanked for one. What came in kind is of no cents.
    """
    gift, before, donor = GiftRow, aliased(GiftRow), aliased(DonorStatsRow)
    earlier = select(before.id).where(
        before.person_id == gift.person_id,
        before.kind == GiftKind.INSTALMENT,
        or_(before.given_cents > 0, before.thanked_at.is_not(None)),
        ~before.is_test,
        or_(before.given_on < gift.given_on, and_(before.given_on == gift.given_on, before.id < gift.id)),
    )
    return (
        select(
            gift.id,
            gift.person_id,
            gift.given_on,
            gift.given_cents.label("cents"),
            func.coalesce(donor.first_on == gift.given_on, true()).label("is_first"),
        )
        .join(donor, donor.person_id == gift.person_id, isouter=True)
        .where(
            gift.owes_thanks,
            gift.thanked_at.is_(None),
            or_(gift.given_cents > 0, gift.kind == GiftKind.IN_KIND),
            ~gift.is_test,
            ~_called(gift.id),
            or_(gift.kind != GiftKind.INSTALMENT, ~earlier.correlate(gift).exists()),
            ~people.gone(gift.person_id),
        )
    )


def to_thank() -> Select[*tuple[Any, ...]]:
    """Those of `awaiting` for which no colleague has a task to call.

    While a donor's data are frozen (GDPR art. 18) their thanks wait, by letter and call: they come once it is lifted.
    """
    row, waiting = ThankCallRow, care.open_tasks().subquery("waiting")
    tasked = select(row.gift_id).join(waiting, waiting.c.id == row.task_id)
    return awaiting().where(GiftRow.id.not_in(tasked), not_(restricted(GiftRow.person_id)))


def begun(person_ids: Collection[int]) -> Select[int]:
    """Those of the people whose regular giving was thanked for, or began before any of it owed thanks."""
    gift = GiftRow
    since = or_(gift.thanked_at.is_not(None), and_(gift.given_cents > 0, ~gift.owes_thanks))
    return (
        select(gift.person_id)
        .where(gift.person_id.in_(person_ids), gift.kind == GiftKind.INSTALMENT, ~gift.is_test, since)
        .distinct()
    )


def _called(gift_id: Any) -> ColumnElement[bool]:
    """Whether a colleague has made the call of thanks: the task is done, whoever writes it down."""
    row = ThankCallRow
    made = care.finished_tasks().subquery("made")
    return select(row.gift_id).join(made, made.c.id == row.task_id).where(row.gift_id == gift_id).exists()


def awaits_thanks(person_id: Any) -> ColumnElement[bool]:
    """Whether somebody gave and has not been thanked: nobody is asked before, however long that takes."""
    waiting = awaiting().subquery()
    return select(waiting.c.id).where(waiting.c.person_id == person_id).exists()
