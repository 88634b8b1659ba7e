"""Looks at and makes the files for the administration that somebody asked for at the desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, filer


def run(assembly: Assembly, _now: datetime) -> Mapping[str, Any]:
    """Takes one after the other until none waits; how many. Files past their day are forgotten."""
    at_work, done = filer(assembly), 0
    while at_work.work() is not None:
        done += 1
    return {"done": done, "forgotten": at_work.tidy()}
