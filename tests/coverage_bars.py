"""`python -m tests.coverage_bars FILE`: holds what coverage.py measured against the bars of the house.

Statements and branches count alike. Every `rules.py` is walked whole; each room as a whole to nine tenths. Journeys in
a browser do not count: they walk much and look at little.
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from pathlib import Path, PurePosixPath
from typing import Any

RULES, ROOM = 100.0, 90.0


def shortfalls(report: dict[str, Any]) -> list[str]:
    """One line for each `rules.py` and each room below its bar; `report` is the JSON of coverage.py."""
    short: list[str] = []
    rooms: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for name, file in sorted(report["files"].items()):
        path, summary = PurePosixPath(name), file["summary"]
        found = Counter(
            walked=summary["covered_lines"] + summary.get("covered_branches", 0),
            all=summary["num_statements"] + summary.get("num_branches", 0),
        )
        rooms["/".join(path.parts[:2])] += found
        if path.name == "rules.py" and found["walked"] < found["all"]:
            lines = ", ".join(map(str, file["missing_lines"]))
            ways = ", ".join(f"{start}->{end}" for start, end in file.get("missing_branches", ()))
            short.append(f"{name}: not walked: {'; '.join(filter(None, (lines, ways)))}")
    for room, found in sorted(rooms.items()):
        percent = 100 * found["walked"] / found["all"] if found["all"] else RULES
        if percent < ROOM:
            short.append(f"{room}: {percent:.1f} %, the bar is {ROOM:.0f} %")
    return short


if __name__ == "__main__":
    below = shortfalls(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8")))
    print("\n".join(below) or "every bar is reached")
    sys.exit(bool(below))
