"""Works through imports that wait: dry runs, the real thing, undoing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, import_worker


def run(assembly: Assembly, _now: datetime) -> Mapping[str, Any]:
    """Takes one after the other until none waits; how many stages were carried to their end."""
    worker = import_worker(assembly)
    done = 0
    while worker.work() is not None:
        done += 1
    return {"done": done}
