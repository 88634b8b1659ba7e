"""What supporters ask about their data in their own space, as a task for whoever comes first, due within a month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from crm.care import service
from crm.care.model import Task
from crm.contracts.own_space import Asked, OwnLook, OwnWish
from crm.foundation.database import hold
from crm.foundation.translation import N_
from crm.values.calendar import brussels_day

TITLES: dict[OwnWish, str] = {OwnWish.ERASURE: N_("Effacer ses données : demandé dans Mon espace")}
"""Kept as they are, in French: a task is written once, for whoever reads it."""


def due_on(asked_on: date) -> date:
    """A month later (GDPR art. 12(3)); the last day of a shorter month."""
    year, month = divmod(asked_on.year * 12 + asked_on.month, 12)
    for day in range(asked_on.day, 27, -1):
        try:
            return date(year, month + 1, day)
        except ValueError:
            continue
    return date(year, month + 1, asked_on.day)


@dataclass(frozen=True, slots=True)
class CareWishes:
    """The list of tasks as a `WishBook`."""

    def ask(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked:
        hold(session, f"own wish {look.person_id}")
        found = self.open_wish(session, look, wish)
        if found is not None:
            return found
        day = due_on(brussels_day(look.now))
        service.add_task(session, title=TITLES[wish], by=None, at=look.now, due_on=day, person_id=look.person_id)
        return Asked(received_at=look.now, due_on=day)

    def open_wish(self, session: Session, look: OwnLook, wish: OwnWish) -> Asked | None:
        found: Task | None = next(
            (one for one in service.open_tasks_of(session, look.person_id) if one.title == TITLES[wish]), None
        )
        return None if found is None else Asked(received_at=found.created_at, due_on=found.due_on)
