"""How the letters of a frozen appeal open: as on the day of the freeze, without whoever is gone from a home since."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select, update
from sqlalchemy.orm import Session

from crm.fundraising.model import Arm, WholeAppeal
from crm.fundraising.tables import RecipientRow
from crm.people import households
from crm.people import selects as people
from crm.people import service as persons
from crm.people.model import Together
from crm.people.rules import greeting, shared_greeting, willing
from crm.values.identifiers import PersonId
from crm.values.languages import Language

AT_ONCE = 2000


def shared(home: Together | None, person_id: int, language: Language, *, silent: Collection[int], alone: bool) -> str:
    """How a letter to somebody's household opens, in the language of the letter; empty where it is to them alone.

    An envelope that names somebody alone (`alone`) holds a letter to them alone. `silent`: whom no greeting names.
    """
    if home is None or (alone and len(home.named) > 1):
        return ""
    return shared_greeting(willing(replace(home, language=language), silent), PersonId(person_id))


def keep(session: Session, appeal: WholeAppeal, *, silent: Collection[int]) -> None:
    """Writes down how letters open that were frozen before that was kept: once, when the next file leaves."""
    row = RecipientRow
    old = select(row).where(row.appeal_id == appeal.id, row.arm == Arm.MAILED, row.opening.is_(None))
    while several := session.scalars(old.order_by(row.id).limit(AT_ONCE)).all():
        known = persons.people(session, {PersonId(one.person_id) for one in several})
        homes = households.homes_of(session, known) if appeal.plan.one_a_household else {}
        for one in several:
            own = greeting(person) if (person := known.get(PersonId(one.person_id))) else ""
            home = homes.get(PersonId(one.person_id))
            opens = shared(home, one.person_id, one.language, silent=silent, alone=_is_alone(one))
            one.own_opening, one.opening = own, opens or own
        session.flush()


def leave(
    session: Session, since: datetime, unwilling: Select[int], silent: Collection[int], *here: ColumnElement[bool]
) -> None:
    """Takes whoever died since, or said no, out of the greeting of whom they live with.

    Who is left alone is greeted as they alone would have been on the day of the freeze.
    """
    row, dead = RecipientRow, people.mourned(since).subquery("dead")
    near = or_(*(row.person_id.in_(people.named_with(gone)) for gone in (unwilling, select(dead.c.person_id))))
    found = session.scalars(select(row).where(near, row.opening != row.own_opening, *here)).all()
    for first in range(0, len(found), AT_ONCE):
        several = found[first : first + AT_ONCE]
        homes = households.homes_of(session, {PersonId(one.person_id) for one in several})
        for one in several:
            home = homes.get(PersonId(one.person_id))
            opens = shared(home, one.person_id, one.language, silent=silent, alone=_is_alone(one))
            one.opening = opens or one.own_opening
    session.flush()


def leave_own(session: Session, first_names: Sequence[str], *where: ColumnElement[bool]) -> None:
    """Takes a name off the greetings of others: they are greeted alone."""
    row, names = RecipientRow, [name for name in first_names if name]
    if names:
        quoted = or_(*(row.opening.contains(name, autoescape=True) for name in names))
        done: Any = update(row).where(row.opening != row.own_opening, quoted, *where).values(opening=row.own_opening)
        session.execute(done.execution_options(synchronize_session=False))


def _is_alone(one: RecipientRow) -> bool:
    return one.lines.split("\n")[0] == f"{one.first_name} {one.last_name}".strip()
