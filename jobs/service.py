"""The door of the clock: look what is due, claim it, end it, answer for it."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, assert_never

from sqlalchemy.orm import Session

from jobs import rules, store
from jobs.errors import JobBusy, RunMissing, RunSettled
from jobs.model import Job, JobStatus, Run, RunState
from jobs.rules import Ask, Decision, Start, Take

PRUNED_AT_ONCE = 2000


def look(session: Session, timetable: Sequence[Job], now: datetime) -> tuple[tuple[Job, Decision], ...]:
    """What there is to do now, job by job; two statements, nothing written."""
    last = store.last_moments(session, [job.name for job in timetable])
    pending = store.open_runs(session, store.PENDING)
    found = []
    for job in timetable:
        own = [run for run in pending if run.job == job.name]
        decision = rules.decide(job, last=last[job.name], pending=own, now=now)
        if decision is not None:
            found.append((job, decision))
    return tuple(found)


def claim(session: Session, job: Job, decision: Decision, *, now: datetime) -> Run | None:
    """Makes a decision true: the run to carry out, or None (somebody was faster, or a person is asked)."""
    mine: dict[str, Any] = {"worker": secrets.token_hex(8), "at": now, "lease_until": now + job.lease}
    match decision:
        case Start():
            return store.start(session, job.name, decision.due_at, **mine)
        case Take():
            return store.take(session, decision.run.id, **mine)
        case Ask(run=None):
            store.note(session, job.name, decision.due_at, RunState.ASKING)
        case Ask(run=run):
            assert run is not None
            store.ask_about(session, run.id, at=now)
        case _:
            assert_never(decision)
    return None


def claim_now(session: Session, job: Job, *, now: datetime) -> Run:
    """A run of that job at this very moment, whatever its timetable says. Raises `JobBusy`."""
    claimed = store.start(session, job.name, now, worker=secrets.token_hex(8), at=now, lease_until=now + job.lease)
    if claimed is None:
        raise JobBusy
    return claimed


def order(session: Session, job: Job, *, now: datetime) -> Run | None:
    """Asks the clock for a run as soon as it can; None where one was asked for at this very moment already."""
    return store.note(session, job.name, now, RunState.DUE)


def run_asked(session: Session, run_id: int, *, now: datetime) -> None:
    """A person's word that a missed run still matters: the clock carries it out. Raises `RunSettled`."""
    if not store.answer(session, run_id, RunState.DUE, at=now):
        raise RunSettled


def drop_asked(session: Session, run_id: int, *, now: datetime) -> None:
    """A person's word that a missed run does not matter any more. Raises `RunSettled`."""
    if not store.answer(session, run_id, RunState.DROPPED, at=now):
        raise RunSettled


def renew(session: Session, job: Job, run: Run, *, now: datetime) -> bool:
    """A sign of life of a run's worker; False where it was taken by somebody else meanwhile."""
    return store.renew(session, run.id, worker=run.worker, lease_until=now + job.lease)


def finish(
    session: Session, run: Run, *, now: datetime, outcome: Mapping[str, Any], error: str = "", missed: int = 0
) -> bool:
    """Ends a run; False where it was taken by somebody else meanwhile, whose word counts.

    A run is quiet where it failed at nothing and every figure it brought is nought.
    """
    quiet = not error and not any(outcome.values())
    return store.finish(
        session,
        run.id,
        worker=run.worker,
        state=RunState.FAILED if error else RunState.DONE,
        at=now,
        outcome={**outcome, **({"missed": missed} if missed else {})},
        error=error,
        quiet=quiet,
    )


def status(session: Session, timetable: Sequence[Job], now: datetime) -> tuple[JobStatus, ...]:
    """How each job does; a fixed number of statements."""
    names = [job.name for job in timetable]
    last = store.last_runs(session, names, states=[RunState.DONE, RunState.FAILED])
    failed = store.last_runs(session, names, states=[RunState.FAILED])
    waiting = store.open_runs(session, [*store.PENDING, RunState.ASKING])
    return tuple(
        JobStatus(
            job=job,
            last=last.get(job.name),
            last_failed=failed.get(job.name),
            pending=tuple(r for r in waiting if r.job == job.name and r.state is not RunState.ASKING),
            asking=tuple(r for r in waiting if r.job == job.name and r.state is RunState.ASKING),
            next_due_at=rules.next_moment(job.when, now),
        )
        for job in timetable
    )


def find_run(session: Session, run_id: int) -> Run:
    """One run as it is now. Raises `RunMissing`."""
    found = store.find(session, run_id)
    if found is None:
        raise RunMissing
    return found


def history(session: Session, job: str | None = None, *, quiet: bool = False, limit: int = 50) -> tuple[Run, ...]:
    """The newest runs first; those that found nothing to do only where asked for."""
    return store.history(session, job, quiet=quiet, limit=limit)


def prune(session: Session, now: datetime) -> int:
    """Forgets runs ended more than 30 days ago (a day, where they found nothing to do); at most 2000 a call."""
    return store.prune(session, before=now - rules.KEPT, quiet_before=now - rules.QUIET_KEPT, limit=PRUNED_AT_ONCE)
