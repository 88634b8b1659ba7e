"""One turn of the clock: claim what is due, carry it out outside any transaction, write down how it went."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.exc import OperationalError

from crm.assembly import Assembly
from crm.values.errors import PortevoixError
from jobs import service
from jobs.errors import JobMissing
from jobs.model import Job, Run, RunState
from jobs.rules import Start

log = logging.getLogger("portevoix.jobs")


@dataclass(frozen=True, kw_only=True, slots=True)
class Claim:
    """A run that is ours. `missed`: how many moments it stands for besides its own."""

    job: Job
    run: Run
    missed: int = 0


def claim_due(assembly: Assembly, timetable: Sequence[Job], now: datetime) -> tuple[Claim, ...]:
    """Claims all that is due, each in a transaction of its own; opens none where nothing is."""
    with assembly.database.reading() as session:
        decisions = service.look(session, timetable, now)
    claims = []
    for job, decision in decisions:
        with assembly.database.transaction() as session:
            run = service.claim(session, job, decision, now=now)
        if run is not None:
            missed = decision.missed if isinstance(decision, Start) else 0
            claims.append(Claim(job=job, run=run, missed=missed))
    return tuple(claims)


def claim_named(assembly: Assembly, timetable: Sequence[Job], name: str, now: datetime) -> Claim:
    """Claims a run of one job at this very moment. Raises `JobMissing`, `JobBusy`."""
    job = find(timetable, name)
    with assembly.database.transaction() as session:
        return Claim(job=job, run=service.claim_now(session, job, now=now))


def find(timetable: Sequence[Job], name: str) -> Job:
    """The job of that name. Raises `JobMissing`."""
    for job in timetable:
        if job.name == name:
            return job
    raise JobMissing


def carry_out(assembly: Assembly, claim: Claim) -> RunState:
    """Runs a claimed job and writes down how it went. A job's exception is written down, never passed on."""
    outcome, error = {}, ""
    with _signs_of_life(assembly, claim):
        try:
            outcome = dict(claim.job.run(assembly, assembly.clock()))
        except Exception as failure:
            error = sentence(failure)
            log.warning("job failed", exc_info=True, extra={"job": claim.job.name})
    with assembly.database.transaction() as session:
        counted = service.finish(
            session, claim.run, now=assembly.clock(), outcome=outcome, error=error, missed=claim.missed
        )
    if not counted:
        log.warning("a late worker's word was not counted", extra={"job": claim.job.name, "run": claim.run.id})
    return RunState.FAILED if error else RunState.DONE


def sentence(failure: Exception) -> str:
    """An exception for people: its class, its place, and its words only where they are known to be safe to show."""
    if isinstance(failure, PortevoixError):
        return f"{type(failure).__name__}: {failure}"
    trace = failure.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    place = f"{trace.tb_frame.f_globals.get('__name__', '?')}:{trace.tb_lineno}" if trace else ""
    return f"{type(failure).__name__} ({place})"


@contextmanager
def _signs_of_life(assembly: Assembly, claim: Claim) -> Iterator[None]:
    """Renews the run's lease while it lasts; stops as soon as the run is somebody else's."""
    ended = threading.Event()

    def renew() -> None:
        while not ended.wait(claim.job.lease.total_seconds() / 3):
            try:
                with assembly.database.transaction() as session:
                    is_ours = service.renew(session, claim.job, claim.run, now=assembly.clock())
            except OperationalError:
                continue  # the database may answer again before the lease runs out
            if not is_ours:
                return

    thread = threading.Thread(target=renew, name=f"lease of {claim.job.name}", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()


def once(assembly: Assembly, timetable: Sequence[Job], now: datetime) -> dict[str, RunState]:
    """Runs what is due now, one after the other; how each went."""
    return {claim.job.name: carry_out(assembly, claim) for claim in claim_due(assembly, timetable, now)}
