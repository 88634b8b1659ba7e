"""Nouns of batches: a pile of cheques, an envelope of cash, a table of things, typed in one by one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from crm.donations.model import GiftKind, Method
from crm.values.identifiers import AccountId, BatchId, PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class BatchEntry:
    """A gift of a batch, before it counts."""

    id: int
    person_id: PersonId
    cents: int
    kind: GiftKind
    fund: str
    source_code: str
    tribute: str = ""
    postmark_on: date | None = None
    what: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """A pile typed in: how many there are and what they come to, as counted by hand, and what was typed."""

    id: BatchId
    method: Method
    received_on: date
    control_count: int
    control_cents: int
    opened_at: datetime
    opened_by: AccountId
    posted_at: datetime | None
    entries: tuple[BatchEntry, ...]

    @property
    def cents(self) -> int:
        return sum(entry.cents for entry in self.entries)

    @property
    def agrees(self) -> bool:
        """Whether what was typed is what was counted."""
        return (len(self.entries), self.cents) == (self.control_count, self.control_cents)
