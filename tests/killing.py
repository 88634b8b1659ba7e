"""Work that is killed in the middle: in a process of its own, which shares nothing with that of the tests.

A test must never fork itself: what its child raises would be told as a result of the run, and a thread that held a
lock stays behind without letting go.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from typing import Any

from crm.assembly import Assembly, assemble
from crm.foundation.settings import Settings
from tests.conftest import NOW

Work = Callable[..., None]


def killed(settings: Settings, work: Work, *facts: Any, after: float) -> bool:
    """`work(assembly, *facts)` on the same database, killed `after` seconds from its first line; whether it was over.

    `work` is a function of `tests.victims`, which is loaded once. What it raises is an error of its own process, and
    counts as over.
    """
    process = started(settings, work, *facts)
    time.sleep(after)
    is_over = not process.is_alive()
    process.kill()
    process.join()
    return is_over


def started(settings: Settings, work: Work, *facts: Any) -> ForkServerProcess:
    """The same work, begun; whoever asks kills it, or waits for its end."""
    context = get_context("forkserver")
    context.set_forkserver_preload(["tests.victims"])
    ready, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, settings, work, facts))
    process.start()
    theirs.close()
    ready.recv()
    ready.close()
    return process


def _work(ready: Connection, settings: Settings, work: Work, facts: tuple[Any, ...]) -> None:
    assembly: Assembly = assemble(settings, clock=lambda: NOW)
    ready.send(None)
    work(assembly, *facts)
