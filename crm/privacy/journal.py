"""The journal of erasures: a file that only grows, outside the database, so that a restored backup forgets again."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from crm.values.identifiers import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One erasure: the number, a keyed mark of number and day of arrival (numbers may be given again), the hashes."""

    person_id: PersonId
    mark: str
    keys: frozenset[str]
    at: datetime


@dataclass(frozen=True, slots=True)
class Journal:
    """The file; nothing in it can be read back to a name without our key."""

    path: Path

    def write(self, line: Line) -> None:
        """Adds one erasure, on the disk when this returns."""
        text = json.dumps(
            {"person": line.person_id, "mark": line.mark, "keys": sorted(line.keys), "at": line.at.isoformat()}
        )
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())

    def lines(self) -> Iterator[Line]:
        """Every erasure, oldest first; a line that a crash cut short belongs to an erasure that did not happen."""
        if not self.path.exists():
            return
        with self.path.open() as file:
            for text in file:
                try:
                    one = json.loads(text)
                    yield Line(
                        person_id=PersonId(int(one["person"])),
                        mark=str(one["mark"]),
                        keys=frozenset(map(str, one["keys"])),
                        at=datetime.fromisoformat(one["at"]),
                    )
                except (ValueError, KeyError, TypeError):
                    continue
