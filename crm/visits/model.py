"""The nouns of visits. People are plain numbers here: their room stands above this one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from crm.values.identifiers import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class VisitLink:
    """A link that was mailed to a mailbox, known by its keyed hash. `misses`: wrong proofs of who it is."""

    id: int
    address_key: str
    created_at: datetime
    expires_at: datetime
    misses: int = 0
    used_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Visit:
    """Somebody in their own space, until it is over. `csrf` is what their forms carry."""

    id: int
    person_id: PersonId
    address_key: str
    csrf: str
    created_at: datetime
    ends_at: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Entered:
    """A visit just begun; its token is told once, to the browser."""

    token: str
    visit: Visit
