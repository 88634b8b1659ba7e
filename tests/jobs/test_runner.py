"""The clock as it runs: two at once run each moment once, a slow job delays no other, and SIGTERM ends it cleanly."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from crm.assembly import Assembly
from crm.foundation.database import Database
from jobs import service
from jobs.model import RunState
from jobs.runner import Runner
from tests.jobs.timetables import job, mark, marks, sleepy

PATIENCE = 120.0


def until(holds: Callable[[], bool]) -> None:
    """Waits for a fact; fails where it does not come about."""
    end = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def ticking(assembly: Assembly) -> Assembly:
    assembly.settings.home.mkdir(parents=True, exist_ok=True)
    return replace(assembly, clock=lambda: datetime.now(UTC))


def test_two_clocks_on_one_database_run_each_moment_once_and_a_slow_job_delays_no_other(ticking: Assembly) -> None:
    timetable = [job("quick", run=mark, seconds=0.2), job("slow", run=sleepy, seconds=3600)]
    runners = [Runner(ticking, timetable, seconds=0.1) for _ in range(2)]
    threads = [threading.Thread(target=runner.run) for runner in runners]
    for thread in threads:
        thread.start()
    until(lambda: marks(ticking) >= 6)
    for runner in runners:
        runner.stop()
    for thread in threads:
        thread.join(PATIENCE)
        assert not thread.is_alive()

    with ticking.database.reading() as session:
        runs = service.history(session, quiet=True)
    assert {run.state for run in runs} == {RunState.DONE}
    assert len(runs) == marks(ticking)
    assert len({(run.job, run.due_at) for run in runs}) == len(runs)
    slow = next(run for run in runs if run.job == "slow")
    assert slow.started_at
    assert slow.finished_at
    during = [r for r in runs if r.job == "quick" and r.started_at and slow.started_at < r.started_at]
    assert any(run.finished_at and run.finished_at < slow.finished_at for run in during)


PROGRAM = """
import sys
from datetime import timedelta
from crm.assembly import assemble
from crm.foundation.settings import read_settings
from jobs.runner import run_until_told
from tests.jobs.timetables import job, mark, sleepy
print("ready", flush=True)
run_until_told(assemble(read_settings()), [job("quick", run=mark, seconds=1), job("slow", run=sleepy, seconds=1)])
print("ended", flush=True)
"""


def test_processes_share_the_moments_and_sigterm_finishes_what_is_running(
    ticking: Assembly, database: Database
) -> None:
    variables = {
        **os.environ,
        "PORTEVOIX_HOME": str(ticking.settings.home),
        "PORTEVOIX_DATABASE_URL": ticking.settings.database_url,
    }
    processes = [
        subprocess.Popen([sys.executable, "-c", PROGRAM], env=variables, stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    try:
        until(lambda: marks(ticking) >= 4)
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            told, _ = process.communicate(timeout=PATIENCE)
            assert told.split() == ["ready", "ended"]
            assert process.returncode == 0
    finally:
        for process in processes:
            process.kill()
            process.communicate()
    with ticking.database.reading() as session:
        runs = service.history(session, quiet=True)
    assert {run.state for run in runs} == {RunState.DONE}
    assert len(runs) == marks(ticking)
    assert all(run.finished_at and run.finished_at - run.due_at < timedelta(seconds=PATIENCE) for run in runs)
