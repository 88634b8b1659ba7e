"""Heads of chains written down outside the database: a chain that was cut off at its end looks only younger."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from crm.ledgers import store
from crm.ledgers.model import Ledger


@dataclass(frozen=True, kw_only=True, slots=True)
class Anchor:
    """Where a chain ended at an instant: its newest block's number and mark, and how many rows it held in all."""

    ledger: str
    number: int
    mark: str
    rows: int
    at: datetime

    @property
    def head(self) -> tuple[int, str]:
        return self.number, self.mark

    def __str__(self) -> str:
        """As it is read aloud, mailed and typed: `consent:12:<64 hexadecimal digits>`."""
        return f"{self.ledger}:{self.number}:{self.mark}"


def anchors(session: Session, ledgers: Iterable[Ledger], *, at: datetime) -> tuple[Anchor, ...]:
    """Where each of those chains ends; one that has no block yet is left out."""
    found = []
    for ledger in ledgers:
        head = store.newest_block(session, ledger.name)
        if head is not None:
            chained, _ = store.counts(session, ledger)
            found.append(Anchor(ledger=ledger.name, number=head.number, mark=head.mark, rows=chained, at=at))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class AnchorBook:
    """A file that only grows, below the home folder: one line of JSON per anchor."""

    path: Path

    def write(self, anchors: Iterable[Anchor]) -> None:
        """Adds those anchors, on the disk when this returns."""
        lines = [
            json.dumps({"ledger": a.ledger, "block": a.number, "mark": a.mark, "rows": a.rows, "at": a.at.isoformat()})
            for a in anchors
        ]
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "a") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())

    def latest(self) -> Mapping[str, Anchor]:
        """The newest anchor of each ledger; a line that was cut short by a crash says nothing."""
        found: dict[str, Anchor] = {}
        if not self.path.exists():
            return found
        for line in self.path.read_text().splitlines():
            try:
                one = json.loads(line)
                found[one["ledger"]] = Anchor(
                    ledger=one["ledger"],
                    number=int(one["block"]),
                    mark=one["mark"],
                    rows=int(one["rows"]),
                    at=datetime.fromisoformat(one["at"]),
                )
            except (ValueError, KeyError, TypeError):
                continue
        return found
