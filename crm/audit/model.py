"""The nouns of the audit trail: an entry, and a question about entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.values.identifiers import AccountId


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """Which entries to look for; what is None does not matter. `until` is left out, `since` is not.

    `also` are other numbers of the same subject: those of records that were merged into it.
    """

    since: datetime | None = None
    until: datetime | None = None
    account_id: AccountId | None = None
    by_the_house: bool = False
    action: str | None = None
    subject: str | None = None
    subject_id: int | None = None
    also: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Entry:
    """Who did what to whom and when. `facts` holds no name, address or password: the trail outlives people."""

    id: int
    at: datetime
    account_id: AccountId | None
    action: str
    subject: str
    subject_id: int | None
    facts: Mapping[str, Any]
