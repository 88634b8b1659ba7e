"""Timetables for tests: jobs that write down that they ran, that fail, or that take their time."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from crm.assembly import Assembly
from crm.values.errors import Unavailable
from jobs.model import Daily, Every, Job

Work = Callable[[Assembly, datetime], Mapping[str, Any]]


def job(name: str = "mark", run: Work | None = None, seconds: float = 60, **more: Any) -> Job:
    """A job each so many seconds (or `when=`)."""
    when: Every | Daily = more.pop("when", Every(period=timedelta(seconds=seconds)))
    return Job(name=name, label=name, when=when, run=run or nothing, **more)


def nothing(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Finds nothing to do."""
    return {"done": 0}


def mark(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Writes one line into a file of the home, so that runs can be counted across processes."""
    path = assembly.settings.home / "marks"
    with path.open("a") as file:
        file.write("ran\n")
    return {"done": 1}


def sleepy(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Takes half a second."""
    time.sleep(0.5)
    return mark(assembly, now)


def fails(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Throws what a library throws, with somebody's address in it."""
    raise ValueError("marie@exemple.test is not right")


def cannot(assembly: Assembly, now: datetime) -> Mapping[str, Any]:
    """Throws one of the house's own errors, which is safe to show."""
    raise Unavailable("the site does not answer")


def marks(assembly: Assembly) -> int:
    """How often `mark` ran."""
    path = assembly.settings.home / "marks"
    return len(path.read_text().splitlines()) if path.exists() else 0
