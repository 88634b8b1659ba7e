"""Freezes the issues of the magazine that somebody asked to freeze, and makes the files of long lists."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from crm.assembly import Assembly, workshop


def run(assembly: Assembly, _now: datetime) -> Mapping[str, Any]:
    """Takes one order after the other until none waits; how many. Files past their day are forgotten."""
    bench, done = workshop(assembly), 0
    while bench.work() is not None:
        done += 1
    return {"done": done, "forgotten": bench.tidy()}
