"""What a room does whose rows point at a person, when two records of one person become one, and two again."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Protocol

from sqlalchemy.orm import Session

from crm.foundation.row_moves import RowMove
from crm.values.identifiers import PersonId


class PersonPointer(Protocol):
    """A room's `merging.py`. Nothing is ever deleted by a merge, nothing added.

    A row goes over to the survivor, or, where the survivor has the same already (a tag, a membership, an equal
    address), it stays with the loser: the room's readers do not look at who has been merged. So an un-merge finds
    everything where it was.
    """

    ROOM: str
    """The room's name, `crm.people`."""

    TABLES: frozenset[str]
    """Every table of the room with a foreign key to `person`; a test finds the one that is forgotten."""

    WORDS: Mapping[str, str]
    """What the office calls each kind of what would go over, in the order in which it is shown; see `holdings`."""

    def repoint(self, session: Session, *, loser: PersonId, survivor: PersonId) -> Sequence[RowMove]:
        """Gives the survivor what the loser had; what was changed, in order.

        Doing it twice is doing it once: it also takes over what could not go before, or came to the loser meanwhile.
        """
        ...

    def put_back(self, session: Session, moves: Sequence[RowMove], *, loser: PersonId, survivor: PersonId) -> int:
        """Replays those moves backwards; how many values stay because somebody changed them since."""
        ...

    def holdings(self, session: Session, person_ids: Collection[PersonId]) -> Mapping[PersonId, Mapping[str, int]]:
        """How much each has of what would go over, by the codes of `WORDS`."""
        ...
