"""The nouns of ledgers: which table is one, its blocks, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from crm.foundation.columns import Held

Ranges = tuple[tuple[int, int], ...]
"""Row numbers as (first, last) pairs, both included, in order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Ledger:
    """A table that only grows. `content` says what the mark of a row covers; it never changes for rows of old.

    `beside`: loader options for what the mark covers beside the row itself (the words of a notice). Rows that are no
    `Chained` bear no mark: the block that takes them in covers a hash of their content in its place.
    """

    name: str
    rows: type[Held]
    content: Callable[[Any], Mapping[str, Any]]
    beside: tuple[Any, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    """Rows sealed together. `digest` covers their numbers and marks; `mark` covers this block and the one before."""

    ledger: str
    number: int
    previous: str
    members: Ranges
    digest: str
    sealed_at: datetime
    mark_key_id: int
    mark: str

    @property
    def count(self) -> int:
        return sum(last - first + 1 for first, last in self.members)


@dataclass(frozen=True, kw_only=True, slots=True)
class State:
    """How far the chain reaches: its newest block, how many rows are chained, and how many wait for the sealer."""

    head: Block | None
    chained: int
    waiting: int


class FaultKind(StrEnum):
    """What can be wrong."""

    ROW_CHANGED = "row-changed"
    ROW_REMOVED = "row-removed"
    ROW_INSERTED = "row-inserted"
    BLOCK_CHANGED = "block-changed"
    BLOCK_REMOVED = "block-removed"
    HEAD_LOST = "head-lost"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One thing that is not as it was sealed, and where: a block (None for rows not chained yet), a row."""

    kind: FaultKind
    block: int | None = None
    row: int | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Verification:
    """What a look at every row and block found; `faults` in the order of the chain, at most `MOST_FAULTS`."""

    state: State
    faults: tuple[Fault, ...]

    @property
    def is_whole(self) -> bool:
        return not self.faults


MOST_FAULTS = 100
