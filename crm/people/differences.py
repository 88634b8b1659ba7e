"""The review queue: what people, files and partners said otherwise than we hold, until somebody decides."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.people import changes, selects, store
from crm.people.errors import DifferenceMissing
from crm.people.model import Difference, DifferenceState
from crm.people.saying import WHICH
from crm.people.tables import DifferenceRow
from crm.values.identifiers import AccountId, DifferenceId, PersonId

_SAID = presence.watch(DifferenceRow.person_id)

NOTHING: Mapping[str, Any] = MappingProxyType({})


def note(
    session: Session,
    person_id: PersonId,
    *,
    field: str,
    held: Mapping[str, Any],
    said: Mapping[str, Any],
    source: str,
    at: datetime,
    statement: Mapping[str, Any] = NOTHING,
) -> Difference:
    """Keeps what was said beside what we hold; the same word again while it waits is the same difference.

    `statement` is the person's own statement as they made it, kept whole.
    """
    person_id = PersonId(store.hold_living(session, person_id))
    for row in session.scalars(
        select(DifferenceRow).where(
            DifferenceRow.person_id == person_id,
            DifferenceRow.field == field,
            DifferenceRow.state == DifferenceState.OPEN,
        )
    ):
        if row.said == dict(said):
            return _difference(row)
    row = DifferenceRow(
        person_id=person_id,
        field=field,
        held=dict(held),
        said=dict(said),
        source=source,
        statement=dict(statement),
        said_at=at,
        state=DifferenceState.OPEN,
    )
    session.add(row)
    session.flush()
    return _difference(row)


def say(
    session: Session,
    person_id: PersonId,
    *,
    field: str,
    held: Mapping[str, Any],
    said: Mapping[str, Any],
    source: str,
    at: datetime,
    statement: Mapping[str, Any] = NOTHING,
) -> Difference:
    """As `note`, by somebody of themself: it takes the place of what they said there before and nobody decided yet.

    Of several addresses (`held` says which) each has its own.
    """
    person_id = PersonId(store.hold_living(session, person_id))
    row = _own(session, person_id, field, source, held.get(WHICH))
    if row is None:
        return note(session, person_id, field=field, held=held, said=said, source=source, at=at, statement=statement)
    if row.said == dict(said):
        return _difference(row)
    row.held, row.said, row.statement, row.said_at = dict(held), dict(said), dict(statement), at
    session.flush()
    return _difference(row)


def take_back(
    session: Session, person_id: PersonId, *, field: str, source: str, at: datetime, which: int | None = None
) -> bool:
    """Somebody says there what we hold: what they said otherwise is closed, by nobody; True if something waited.

    `which` is the number of the address where it is said of one.
    """
    row = _own(session, PersonId(store.hold_living(session, person_id)), field, source, which)
    if row is None:
        return False
    row.state, row.decided_at, row.decided_by = DifferenceState.KEPT, at, None
    session.flush()
    return True


def _own(
    session: Session, person_id: PersonId, field: str, source: str, which: int | None = None
) -> DifferenceRow | None:
    """What somebody said there themself by that way, of that address where it is one, and nobody decided yet."""
    query = select(DifferenceRow).where(
        DifferenceRow.person_id == person_id,
        DifferenceRow.field == field,
        DifferenceRow.source == source,
        DifferenceRow.state == DifferenceState.OPEN,
    )
    return next(
        (row for row in session.scalars(query.order_by(DifferenceRow.id)) if row.held.get(WHICH) == which), None
    )


def waiting(session: Session, *, after: DifferenceId | None = None, size: int = 50) -> tuple[Difference, ...]:
    """A page of what waits for a decision, the oldest first."""
    query = select(DifferenceRow).where(DifferenceRow.state == DifferenceState.OPEN)
    if after is not None:
        query = query.where(DifferenceRow.id > after)
    return tuple(_difference(row) for row in session.scalars(query.order_by(DifferenceRow.id).limit(size)))


def waiting_count(session: Session) -> int:
    """How many wait for a decision."""
    count = select(func.count()).select_from(DifferenceRow).where(DifferenceRow.state == DifferenceState.OPEN)
    return session.scalar(count) or 0


def of(session: Session, person_id: PersonId) -> tuple[Difference, ...]:
    """Everything that was ever said otherwise of someone, the newest first."""
    query = select(DifferenceRow).where(DifferenceRow.person_id == person_id).order_by(DifferenceRow.id.desc())
    return tuple(_difference(row) for row in session.scalars(query))


def open_of(session: Session, person_id: PersonId, *, size: int = 20) -> tuple[Difference, ...]:
    """What was said otherwise of someone and waits for a decision, the oldest first."""
    if presence.nothing(session, _SAID, person_id):
        return ()
    query = select(DifferenceRow).where(
        DifferenceRow.person_id == person_id, DifferenceRow.state == DifferenceState.OPEN
    )
    return tuple(_difference(row) for row in session.scalars(query.order_by(DifferenceRow.id).limit(size)))


def said_dead(session: Session, person_ids: Collection[PersonId]) -> frozenset[PersonId]:
    """Those of them who are said to have died, as long as nobody has decided: no letter leaves for them meanwhile."""
    asked = [one for one in person_ids if not presence.nothing(session, _SAID, one)]
    if not asked:
        return frozenset()
    told = selects.reported_dead().subquery("told")
    said = session.scalars(select(told.c.person_id).where(told.c.person_id.in_(asked)))
    return frozenset(PersonId(one) for one in said)


def find(session: Session, difference_id: DifferenceId) -> Difference | None:
    """One difference, or None."""
    row = session.get(DifferenceRow, difference_id)
    return None if row is None else _difference(row)


def decide(
    session: Session, difference_id: DifferenceId, state: DifferenceState, *, by: AccountId, at: datetime
) -> Difference:
    """Closes it: what was said is taken, or what we held is kept. Whoever calls writes what was taken.

    Raises `DifferenceMissing` where somebody has decided already.
    """
    row = session.get(DifferenceRow, difference_id, with_for_update=True)
    if row is None or row.state is not DifferenceState.OPEN:
        raise DifferenceMissing
    row.state, row.decided_at, row.decided_by = state, at, by
    session.flush()
    return _difference(row)


def wrote(session: Session, difference_id: DifferenceId, change_id: int | None) -> None:
    """Keeps which change taking it made (None where the file said so already), so that it is never left behind."""
    session.get_one(DifferenceRow, difference_id).change_id = change_id or 0
    session.flush()


def reopen(session: Session, difference_id: DifferenceId, *, at: datetime) -> Difference:
    """Takes a decision back, with what it wrote: it waits again. Raises `DifferenceMissing` where it waits already.

    Raises `ChangeMissing` and `ChangedSince` where what it wrote can no longer be taken back: then nothing is.
    """
    row = session.get(DifferenceRow, difference_id, with_for_update=True)
    if row is None or row.state is DifferenceState.OPEN:
        raise DifferenceMissing
    if row.state is DifferenceState.TAKEN and row.change_id != 0:
        changes.undo(session, PersonId(row.person_id), row.change_id or 0, at=at)
        row = session.get_one(DifferenceRow, difference_id)
    row.state, row.decided_at, row.decided_by, row.change_id = DifferenceState.OPEN, None, None, None
    session.flush()
    return _difference(row)


def _difference(row: DifferenceRow) -> Difference:
    return Difference(
        id=DifferenceId(row.id),
        person_id=PersonId(row.person_id),
        field=row.field,
        held=row.held,
        said=row.said,
        source=row.source,
        statement=row.statement,
        said_at=row.said_at,
        state=row.state,
        decided_at=row.decided_at,
        decided_by=None if row.decided_by is None else AccountId(row.decided_by),
        change_id=row.change_id,
    )
