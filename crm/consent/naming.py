"""Of which record the ledger says that something was said, whoever holds it today."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from crm.consent.tables import ConsentEventRow


def said_of(session: Session, event_id: int) -> int | None:
    """The number of the record that an event named; None for no event."""
    return session.scalar(select(ConsentEventRow.recorded_person_id).where(ConsentEventRow.id == event_id))


def named(session: Session, holder: int) -> dict[int, int]:
    """The same of every event that somebody holds."""
    row = ConsentEventRow
    return {
        one.id: one.recorded_person_id
        for one in session.execute(select(row.id, row.recorded_person_id).where(row.person_id == holder))
    }
