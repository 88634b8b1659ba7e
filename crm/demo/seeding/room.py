"""What a room's generator is: it adds what people of one batch did in that room."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from random import Random
from typing import Protocol

from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.people.bulk import Added, Arrival


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Some thousand people who were just added, in their order; `number` counts the batches from 0."""

    number: int
    arrivals: tuple[Arrival, ...]
    added: tuple[Added, ...]
    now: datetime


class RoomGenerator(Protocol):
    """Writes set-wise what the people of a batch did in one room.

    `chance` is the room's own for that batch: a new room changes nothing of what the others make up.
    """

    name: str

    def begin(self, assembly: Assembly, session: Session, now: datetime) -> None:
        """What has to be there once, before the first batch."""

    def add(self, assembly: Assembly, session: Session, batch: Batch, chance: Random) -> int:
        """Writes a batch; how many rows of its own."""
