"""What a block covers, and how a row found differs from a row sealed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from crm.ledgers.model import Block, Fault, FaultKind, Ranges

BEGINNING = "0" * 64
"""What the first block follows."""


def ranges(numbers: Iterable[int]) -> Ranges:
    """Ascending numbers as the fewest ranges."""
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return tuple(found)


def fingerprint(content: Mapping[str, Any]) -> str:
    """A hash of what a row without a mark of its own holds; the block that covers it has a keyed one."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, ensure_ascii=False).encode()).hexdigest()


def digest(rows: Iterable[tuple[int, int, str]]) -> str:
    """One hash over (number, key id, mark) of rows in order."""
    grown = hashlib.sha256()
    for number, key_id, mark in rows:
        grown.update(f"{number}:{key_id}:{mark}\n".encode())
    return grown.hexdigest()


def sealed(
    *, ledger: str, number: int, previous: str, members: Ranges, digest: str, sealed_at: datetime
) -> Mapping[str, Any]:
    """What a block's own mark covers."""
    return {
        "ledger": ledger,
        "number": number,
        "previous": previous,
        "members": [list(pair) for pair in members],
        "digest": digest,
        "sealed_at": sealed_at.astimezone(UTC).isoformat(timespec="microseconds"),
    }


def membership(block: Block, found: Iterable[int]) -> list[Fault]:
    """Rows that were sealed in a block and are not found in it, and rows found that were not sealed, in order."""
    meant = {number for first, last in block.members for number in range(first, last + 1)}
    there = set(found)
    faults = [Fault(kind=FaultKind.ROW_REMOVED, block=block.number, row=row) for row in meant - there]
    faults += [Fault(kind=FaultKind.ROW_INSERTED, block=block.number, row=row) for row in there - meant]
    return sorted(faults, key=lambda fault: fault.row or 0)


def link(block: Block, *, expected: int, previous: str) -> list[Fault]:
    """A block that is not there is seen by the gap it leaves, or by a link that leads elsewhere."""
    if block.number == expected and block.previous == previous:
        return []
    return [Fault(kind=FaultKind.BLOCK_REMOVED, block=min(expected, block.number))]
