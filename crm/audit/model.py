"""The noun of the audit trail: an entry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from crm.values.identifiers import AccountId


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
