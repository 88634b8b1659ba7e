"""Whose gifts answer an appeal: those of whom it reached, and of their home where each gets one letter."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select, union_all
from sqlalchemy.orm import Session, aliased

from crm.donations import selects as donations
from crm.donations.model import GiftKind
from crm.fundraising import store
from crm.fundraising.model import Arm, WholeAppeal
from crm.fundraising.tables import AppealPlanRow, RecipientRow
from crm.people import selects as people
from crm.values.identifiers import AppealId


def givers(appeal: WholeAppeal) -> Select[*tuple[Any, ...]]:
    """Each whose gifts count for somebody who was frozen: number (of the recipient's row), person_id, giver_id.

    Themselves; where each home gets one letter, also whoever lives with them and was not frozen: the letter is theirs.
    """
    row = aliased(RecipientRow)
    own = select(row.id.label("number"), row.person_id, row.person_id.label("giver_id")).where(
        row.appeal_id == appeal.id
    )
    if not appeal.plan.one_a_household:
        return own
    mine, theirs = people.living_together().subquery("mine"), people.living_together().subquery("theirs")
    other, frozen = aliased(RecipientRow), aliased(RecipientRow)
    at_home = (
        select(func.min(other.id).label("number"), func.min(other.person_id).label("person_id"), theirs.c.person_id)
        .join(mine, mine.c.person_id == other.person_id)
        .join(theirs, theirs.c.household_id == mine.c.household_id)
        .where(
            other.appeal_id == appeal.id,
            theirs.c.person_id.not_in(select(frozen.person_id).where(frozen.appeal_id == appeal.id)),
        )
        .group_by(theirs.c.person_id)
    )
    both = union_all(own, at_home).subquery("both")
    return select(both.c.number, both.c.person_id, both.c.giver_id)


def at_home(whose: Select[*tuple[Any, ...]], amounts: Select[*tuple[Any, ...]]) -> Select[*tuple[Any, ...]]:
    """Amounts (person_id, cents) as those of whoever was frozen for them."""
    giver, each = whose.subquery("giver"), amounts.subquery("each_amount")
    return select(giver.c.person_id, each.c.cents).join(each, each.c.person_id == giver.c.giver_id)


def without_code(
    session: Session, appeal: WholeAppeal, whose: Select[*tuple[Any, ...]], since: date, until: date
) -> Select[*tuple[Any, ...]]:
    """The one-off gifts of the window without a code: source_code (of the recipient), given_on, given_cents.

    Each belongs to the last appeal that reached its giver before it, and to no other.
    """
    row, gifts, giver = RecipientRow, donations.effective_gifts().subquery("gifts"), whose.subquery("giver")
    found = (
        select(row.source_code, gifts.c.given_on, gifts.c.given_cents)
        .join(giver, giver.c.number == row.id)
        .join(gifts, gifts.c.person_id == giver.c.giver_id)
        .where(
            row.appeal_id == appeal.id,
            row.arm == Arm.MAILED,
            store.reached(),
            gifts.c.source_code.is_(None),
            gifts.c.kind == GiftKind.ONE_OFF,
            gifts.c.given_cents > 0,
            gifts.c.given_on.between(since, until),
        )
    )
    later = _later(session, appeal, since, until)
    return found.where(~_reached_by(later, gifts)) if later else found


def _later(session: Session, appeal: WholeAppeal, since: date, until: date) -> list[WholeAppeal]:
    """The appeals that left after this one and within its window; of one day, the one planned last."""
    plan, begins = AppealPlanRow, store.begins_on(AppealPlanRow)
    here = (plan.left_on.is_not(None), begins.between(since, until), plan.appeal_id != appeal.id)
    known = {AppealId(number) for number in session.scalars(select(plan.appeal_id).where(*here))}
    several = store.whole(session, known) if known else ()
    return [one for one in several if (one.begins_on, one.id) > (since, appeal.id)]


def _reached_by(later: list[WholeAppeal], gifts: Any) -> ColumnElement[bool]:
    """Whether one of those appeals reached the giver of a gift before it."""
    row = aliased(RecipientRow)
    several = [givers(one).subquery(f"giver_{place}") for place, one in enumerate(later)]
    numbers = union_all(*(select(one.c.number, one.c.giver_id) for one in several)).subquery("later_givers")
    begun = case({one.id: one.begins_on for one in later}, value=row.appeal_id)
    reached = (
        select(numbers.c.giver_id, begun.label("begun_on"))
        .join(row, row.id == numbers.c.number)
        .where(row.arm == Arm.MAILED, store.reached(row))
        .subquery("reached_later")
    )
    before = select(reached.c.giver_id).where(
        reached.c.giver_id == gifts.c.person_id, reached.c.begun_on <= gifts.c.given_on
    )
    return before.correlate(gifts).exists()
