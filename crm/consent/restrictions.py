"""Whose data are kept and not used (GDPR art. 18): from which day, why, and how that ended."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from crm.consent.errors import AlreadyRestricted, NobodyThere, RestrictionMissing
from crm.consent.model import Restriction
from crm.consent.tables import RestrictionRow
from crm.foundation import presence
from crm.foundation.database import hold
from crm.people import service as people
from crm.values.errors import Invalid
from crm.values.identifiers import AccountId, PersonId

LONGEST = 2000
_ANY = presence.watch(RestrictionRow.person_id)


def restrict(
    session: Session, person_id: PersonId, *, since_on: date, reason: str, by: AccountId | None, at: datetime
) -> Restriction:
    """From now on nothing is sent to them but what they are owed, and no list holds them.

    `since_on` is the day they asked. Raises `NobodyThere`, `AlreadyRestricted`, `Invalid` (`reason`).
    """
    person = people.find_survivor(session, person_id)
    if person is None:
        raise NobodyThere
    said = _said(reason, "reason")
    hold(session, f"restriction {person.id}")
    if standing(session, person.id) is not None:
        raise AlreadyRestricted
    row = RestrictionRow(person_id=person.id, since_on=since_on, reason=said, set_by=by, set_at=at, lifted_why="")
    session.add(row)
    session.flush()
    return _noun(row)


def lift(session: Session, person_id: PersonId, *, told_on: date, why: str, by: AccountId | None, at: datetime) -> None:
    """Their data may be used again: they were told beforehand (art. 18(3)). Raises `RestrictionMissing`, `Invalid`.

    Where two records became one, all that stand are lifted.
    """
    said = _said(why, "why")
    hold(session, f"restriction {person_id}")
    rows = session.scalars(_standing([person_id])).all()
    if not rows:
        raise RestrictionMissing
    for row in rows:
        row.told_on, row.lifted_at, row.lifted_by, row.lifted_why = told_on, at, by, said
    session.flush()


def standing(session: Session, person_id: PersonId) -> Restriction | None:
    """The restriction that stands on somebody, or None."""
    if presence.nothing(session, _ANY, person_id):
        return None
    row = session.scalars(_standing([person_id]).order_by(RestrictionRow.id)).first()
    return None if row is None else _noun(row)


def restricted(session: Session, person_ids: Collection[PersonId]) -> frozenset[PersonId]:
    """Those of them on whom one stands; one query, and none about whom nothing was ever written."""
    asked = [one for one in person_ids if not presence.nothing(session, _ANY, one)]
    return frozenset(PersonId(row.person_id) for row in session.scalars(_standing(asked))) if asked else frozenset()


def history(session: Session, person_ids: Collection[PersonId]) -> tuple[Restriction, ...]:
    """All that ever stood on somebody, the newest first."""
    row = RestrictionRow
    found = session.scalars(select(row).where(row.person_id.in_(person_ids)).order_by(row.id.desc()))
    return tuple(_noun(one) for one in found)


def _standing(person_ids: Collection[PersonId]) -> Select[RestrictionRow]:
    row = RestrictionRow
    return select(row).where(row.person_id.in_(person_ids), row.lifted_at.is_(None))


def _said(text: str, field: str) -> str:
    said = text.strip()[:LONGEST]
    if not said:
        raise Invalid("say why", field=field)
    return said


def _noun(row: RestrictionRow) -> Restriction:
    plain = ("id", "since_on", "reason", "set_at", "told_on", "lifted_at", "lifted_why")
    return Restriction(
        **{name: getattr(row, name) for name in plain},
        person_id=PersonId(row.person_id),
        set_by=None if row.set_by is None else AccountId(row.set_by),
        lifted_by=None if row.lifted_by is None else AccountId(row.lifted_by),
    )
