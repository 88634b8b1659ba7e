"""What is known of two who were one record for a while, when what was written meanwhile is given to each."""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import datetime

from crm.values.identifiers import PersonId


@dataclass(frozen=True, kw_only=True, slots=True)
class Parting:
    """Two records that are two again.

    `theirs`: the loser and whoever lives on in them, as they are named in ledgers; `others`: the same of those who
    still live on in the survivor by another merge, and `given` what those merges gave, table by table. `own`, `both`:
    the keys of addresses that only the loser has, and that both have; `far`: those that only the survivor has.
    """

    loser: PersonId
    survivor: PersonId
    since: datetime
    theirs: Set[int]
    others: Set[int]
    given: Mapping[str, Set[int]]
    own: Set[str]
    both: Set[str]
    far: Set[str]

    def is_old(self, table: str, row_id: int, at: datetime) -> bool:
        """Whether a row of the survivor was not written while the two were one."""
        return at <= self.since or row_id in self.given.get(table, ())
