"""SQL of the clock: runs are claimed in one statement, and only their present worker can end them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Insert, and_, delete, func, literal, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from jobs.model import Run, RunState
from jobs.tables import JobRunRow

PENDING = (RunState.DUE, RunState.RUNNING)


def last_moments(session: Session, jobs: Sequence[str]) -> dict[str, datetime | None]:
    """The newest moment of each job that has a run: one statement, one index look-up a job."""
    newest = [
        select(JobRunRow.due_at)
        .where(JobRunRow.job == job)
        .order_by(JobRunRow.due_at.desc())
        .limit(1)
        .scalar_subquery()
        for job in jobs
    ]
    if not newest:
        return {}
    return dict(zip(jobs, session.execute(select(*newest)).one(), strict=True))


def open_runs(session: Session, states: Collection[RunState]) -> tuple[Run, ...]:
    """All runs in those states, the earliest moment first."""
    rows = session.scalars(
        select(JobRunRow)
        .where(JobRunRow.state.in_(states))
        .order_by(JobRunRow.due_at, JobRunRow.id)
        .execution_options(populate_existing=True)
    )
    return tuple(_run(row) for row in rows)


def start(
    session: Session, job: str, due_at: datetime, *, worker: str, at: datetime, lease_until: datetime
) -> Run | None:
    """Claims a moment nobody has, of a job nobody runs; None where somebody was faster."""
    busy = (
        select(literal(1))
        .where(JobRunRow.job == job, JobRunRow.state == RunState.RUNNING, JobRunRow.lease_until >= at)
        .exists()
    )
    columns = JobRunRow.__table__.c
    values = {
        "job": job,
        "due_at": due_at,
        "state": RunState.RUNNING,
        "worker": worker,
        "lease_until": lease_until,
        "started_at": at,
        "outcome": {},
        "error": "",
        "quiet": False,
    }
    chosen = select(*(literal(value, columns[name].type) for name, value in values.items())).where(~busy)
    statement = _insert(session).from_select(list(values), chosen)
    return _claimed(session, _once(statement))


def take(session: Session, run_id: int, *, worker: str, at: datetime, lease_until: datetime) -> Run | None:
    """Claims a run that was ordered, or whose worker's lease has run out; None where somebody was faster."""
    free = (JobRunRow.state == RunState.DUE) | and_(JobRunRow.state == RunState.RUNNING, JobRunRow.lease_until < at)
    found = session.execute(
        update(JobRunRow)
        .where(JobRunRow.id == run_id, free)
        .values(state=RunState.RUNNING, worker=worker, lease_until=lease_until, started_at=at)
        .returning(JobRunRow.id)
        .execution_options(synchronize_session=False)
    ).first()
    return find(session, found.id) if found else None


def note(session: Session, job: str, due_at: datetime, state: RunState) -> Run | None:
    """Writes a moment down without running it (asking, ordered); None where it is written down already."""
    statement = _insert(session).values(
        job=job, due_at=due_at, state=state, outcome={}, worker="", error="", quiet=False
    )
    return _claimed(session, _once(statement))


def ask_about(session: Session, run_id: int, *, at: datetime) -> bool:
    """Turns a dead worker's run into a question."""
    return _change(
        session,
        {"state": RunState.ASKING, "worker": ""},
        JobRunRow.id == run_id,
        JobRunRow.state == RunState.RUNNING,
        JobRunRow.lease_until < at,
    )


def answer(session: Session, run_id: int, state: RunState, *, at: datetime) -> bool:
    """A person's answer to a question: due, or dropped."""
    finished = {"finished_at": at} if state is RunState.DROPPED else {}
    return _change(session, {"state": state, **finished}, JobRunRow.id == run_id, JobRunRow.state == RunState.ASKING)


def renew(session: Session, run_id: int, *, worker: str, lease_until: datetime) -> bool:
    """A sign of life; False where the run was taken by somebody else meanwhile."""
    return _change(
        session,
        {"lease_until": lease_until},
        JobRunRow.id == run_id,
        JobRunRow.worker == worker,
        JobRunRow.state == RunState.RUNNING,
    )


def finish(
    session: Session,
    run_id: int,
    *,
    worker: str,
    state: RunState,
    at: datetime,
    outcome: Mapping[str, Any],
    error: str,
    quiet: bool,
) -> bool:
    """Ends a run; False (and nothing written) where it was taken by somebody else meanwhile."""
    return _change(
        session,
        {"state": state, "finished_at": at, "outcome": dict(outcome), "error": error, "quiet": quiet},
        JobRunRow.id == run_id,
        JobRunRow.worker == worker,
        JobRunRow.state == RunState.RUNNING,
    )


def find(session: Session, run_id: int) -> Run | None:
    """One run as it is now."""
    row = session.get(JobRunRow, run_id, populate_existing=True)
    return _run(row) if row else None


def last_runs(session: Session, jobs: Sequence[str], *, states: Collection[RunState] | None = None) -> dict[str, Run]:
    """The newest run of each job (in those states): one statement."""
    newest = []
    for job in jobs:
        query = select(JobRunRow.id).where(JobRunRow.job == job)
        if states is not None:
            query = query.where(JobRunRow.state.in_(states))
        newest.append(query.order_by(JobRunRow.due_at.desc()).limit(1).scalar_subquery())
    rows = session.scalars(select(JobRunRow).where(JobRunRow.id.in_(newest)).execution_options(populate_existing=True))
    return {row.job: _run(row) for row in rows}


def history(session: Session, job: str | None, *, quiet: bool, limit: int) -> tuple[Run, ...]:
    """The newest runs first, of one job where it is named; quiet ones only where asked for."""
    query = select(JobRunRow).order_by(JobRunRow.due_at.desc(), JobRunRow.id.desc()).limit(limit)
    if job is not None:
        query = query.where(JobRunRow.job == job)
    if not quiet:
        query = query.where(~JobRunRow.quiet)
    return tuple(_run(row) for row in session.scalars(query.execution_options(populate_existing=True)))


def prune(session: Session, *, before: datetime, quiet_before: datetime, limit: int) -> int:
    """Forgets ended runs older than that, at most `limit` of them; the newest of each job stays."""
    newest = select(func.max(JobRunRow.due_at)).where(JobRunRow.job == _OLD.c.job).scalar_subquery()
    old = (
        select(_OLD.c.id)
        .where(
            _OLD.c.finished_at < quiet_before,
            _OLD.c.quiet | (_OLD.c.finished_at < before),
            _OLD.c.state.in_([RunState.DONE, RunState.FAILED, RunState.DROPPED]),
            _OLD.c.due_at < newest,
        )
        .limit(limit)
    )
    gone = session.execute(
        delete(JobRunRow)
        .where(JobRunRow.id.in_(old))
        .returning(JobRunRow.id)
        .execution_options(synchronize_session=False)
    )
    return len(gone.all())


_OLD = JobRunRow.__table__.alias("old")


def _insert(session: Session) -> Any:
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    return dialect.insert(JobRunRow)


def _once(statement: Any) -> Insert:
    """The same insert, which does nothing where that job's moment is written down already."""
    guarded: Insert = statement.on_conflict_do_nothing(index_elements=["job", "due_at"]).returning(JobRunRow.id)
    return guarded


def _claimed(session: Session, statement: Insert) -> Run | None:
    found = session.execute(statement).first()
    return find(session, found[0]) if found else None


def _change(session: Session, values: Mapping[str, Any], *conditions: Any) -> bool:
    changed = session.execute(
        update(JobRunRow)
        .where(*conditions)
        .values(**values)
        .returning(JobRunRow.id)
        .execution_options(synchronize_session=False)
    )
    return changed.first() is not None


def _run(row: JobRunRow) -> Run:
    return Run(
        id=row.id,
        job=row.job,
        due_at=row.due_at,
        state=row.state,
        started_at=row.started_at,
        finished_at=row.finished_at,
        outcome=row.outcome,
        error=row.error,
        worker=row.worker,
        lease_until=row.lease_until,
    )
