"""What a year left at the bank for somebody to look at: lines that were set aside, statements that are missing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.banking import store
from crm.banking.kept import Gap, SetAside
from crm.banking.selects import lines_aside


def aside(session: Session, first_on: date, last_on: date, *, size: int) -> tuple[int, int, tuple[SetAside, ...]]:
    """Lines of those days that a colleague set aside, but for what the bank charged: how many, their cents, and the
    largest credits first."""
    lines = lines_aside().subquery("aside")
    of_these = lines.c.booked_on.between(first_on, last_on)
    count, cents = session.execute(
        select(func.count(), func.coalesce(func.sum(lines.c.cents), 0)).where(of_these)
    ).one()
    query = select(lines).where(of_these).order_by(lines.c.cents.desc(), lines.c.line_id).limit(size)
    several = tuple(
        SetAside(line_id=found.line_id, on=found.booked_on, cents=int(found.cents), why=found.why)
        for found in session.execute(query)
    )
    return count, int(cents), several


def gaps(session: Session, first_on: date, last_on: date) -> tuple[Gap, ...]:
    """Statements missing between two that reach into those days."""
    return tuple(one for one in store.gaps(session) if one.before_on <= last_on and one.after_on >= first_on)
