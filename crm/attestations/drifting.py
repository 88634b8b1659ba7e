"""Papers that no longer say what the gifts say: found by the night, told once as a task, counted on the dashboard.

What the night found stands until the paper is corrected or void, or the next night finds that both agree again.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from crm.attestations import store, words
from crm.attestations.correcting import Drift
from crm.attestations.tables import DriftRow
from crm.care import service as care
from crm.care.errors import TaskMissing
from crm.foundation.database import hold
from crm.foundation.translation import say
from crm.values.calendar import brussels_day
from crm.values.identifiers import TaskId
from crm.values.languages import Language


def years(session: Session) -> tuple[int, ...]:
    """The years of which papers stand that can be corrected, the oldest first."""
    return store.correctable_years(session)


def note(session: Session, year: int, found: tuple[Drift, ...], *, language: Language, at: datetime) -> bool:
    """Keeps what the night found of a year; whether a task was made: where something is new and none is open."""
    hold(session, f"attestation drift {year}")
    query = select(DriftRow).where(DriftRow.year == year)
    before = {row.number: row for row in session.scalars(query)}
    now = {number: (one.attested_cents, one.cents) for one in found for number in one.numbers}
    kept = {number: row for number, row in before.items() if now.get(number) == (row.attested_cents, row.cents)}
    told = next((row.task_id for row in before.values() if row.task_id and _is_open(session, row.task_id)), None)
    is_made = bool(now.keys() - kept.keys()) and told is None
    if is_made:
        title = say(language, words.DRIFT_TASK, year=year)
        told = care.add_task(session, title=title, by=None, at=at, due_on=brussels_day(at)).id
    for number, row in before.items():
        if number not in kept:
            session.delete(row)
    session.flush()
    session.add_all(
        DriftRow(year=year, number=number, attested_cents=attested, cents=cents, task_id=told)
        for number, (attested, cents) in now.items()
        if number not in kept
    )
    session.flush()
    return is_made


def waiting(session: Session) -> dict[int, int]:
    """How many papers are to be corrected, by their year, the newest first."""
    row = DriftRow
    query = select(row.year, func.count().label("papers")).group_by(row.year).order_by(row.year.desc())
    return {found.year: found.papers for found in session.execute(query)}


def _is_open(session: Session, task_id: int) -> bool:
    try:
        return care.task(session, TaskId(task_id)).done_at is None
    except TaskMissing:
        return False
