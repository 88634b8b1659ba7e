"""The nouns of the clock: a job, its cadence, and a run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import Any

from crm.assembly import Assembly


class RunState(StrEnum):
    """Where a run stands. `asking`: it was missed for so long that a person has to say whether to run it."""

    DUE = "due"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    ASKING = "asking"
    DROPPED = "dropped"


@dataclass(frozen=True, kw_only=True, slots=True)
class Every:
    """Due each `period` since the epoch: moments are the same on every machine."""

    period: timedelta


@dataclass(frozen=True, kw_only=True, slots=True)
class Daily:
    """Due once a Belgian day."""

    at: time


@dataclass(frozen=True, kw_only=True, slots=True)
class Job:
    """Something that happens by the clock.

    `run(assembly, now)` opens its own transactions and returns plain figures for the log. A run missed by more than
    `ask_after` asks a person; a shorter miss is caught up once, however many moments passed.
    """

    name: str
    label: str
    when: Every | Daily
    run: Callable[[Assembly, datetime], Mapping[str, Any]]
    ask_after: timedelta | None = None
    lease: timedelta = timedelta(minutes=10)


@dataclass(frozen=True, kw_only=True, slots=True)
class Run:
    """One due moment of one job. `worker` is the mark of whoever runs it; it is new with each claim."""

    id: int
    job: str
    due_at: datetime
    state: RunState
    started_at: datetime | None
    finished_at: datetime | None
    outcome: Mapping[str, Any] = field(default_factory=dict)
    error: str = ""
    worker: str = ""
    lease_until: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class JobStatus:
    """How a job does: its newest run, the newest one that failed, what waits, and when it is due next."""

    job: Job
    last: Run | None
    last_failed: Run | None
    pending: tuple[Run, ...]
    asking: tuple[Run, ...]
    next_due_at: datetime
