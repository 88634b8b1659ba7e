"""The heartbeat: APScheduler looks every second for work that is due. The only user of APScheduler."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Sequence
from datetime import UTC
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from crm.assembly import Assembly
from jobs import turns
from jobs.model import Job

log = logging.getLogger("portevoix.jobs")


class Runner:
    """Claims due work once a second and carries it out on threads, one a job, so that none waits for another."""

    def __init__(self, assembly: Assembly, timetable: Sequence[Job], *, seconds: float = 1) -> None:
        self._assembly = assembly
        self._timetable = tuple(timetable)
        self._scheduler = BlockingScheduler(
            timezone=UTC,
            executors={"default": ThreadPoolExecutor(1), "work": ThreadPoolExecutor(len(self._timetable) or 1)},
            # Late or not, a beat only looks what is due: its own table decides, never APScheduler.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_job(self._beat, "interval", seconds=seconds)
        # A beat that outlasts a second makes the next one late, which is no news.
        logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)

    def run(self) -> None:
        """Blocks until `stop`; what is being carried out by then is finished first."""
        log.info("clock started", extra={"jobs": len(self._timetable)})
        self._scheduler.start()
        log.info("clock stopped")

    def stop(self) -> None:
        """Claims nothing any more and lets `run` return."""
        threading.Thread(target=self._scheduler.shutdown, name="stopping the clock").start()

    def _beat(self) -> None:
        for claim in turns.claim_due(self._assembly, self._timetable, self._assembly.clock()):
            self._scheduler.add_job(turns.carry_out, args=[self._assembly, claim], executor="work")


def run_until_told(assembly: Assembly, timetable: Sequence[Job]) -> None:
    """Runs the clock until SIGTERM or SIGINT. Only in the main thread."""
    runner = Runner(assembly, timetable)

    def told(_number: int, _frame: FrameType | None) -> None:
        runner.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, told)
    runner.run()
