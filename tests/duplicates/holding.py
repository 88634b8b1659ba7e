"""What a merge must never lose, as a noun; each room's are in `holdings.py`, where a later room adds its own.

`plant` scatters rows of the room over people; `held` says what each record holds by itself. The law: whoever somebody
is today holds exactly what all records that became theirs held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

from sqlalchemy import Boolean, Date, Index, Integer, String, UniqueConstraint, inspect, select
from sqlalchemy.orm import Session

from crm.assembly import Assembly
from crm.foundation.columns import Instant, Json, Word
from crm.values.identifiers import PersonId
from tests.conftest import NOW

Held = dict[int, set[Any]]
Ends = dict[int, int]
Plant = Callable[[Session, Assembly, Random, Sequence[PersonId]], None]


def _nothing(session: Session, assembly: Assembly, chance: Random, ids: Sequence[PersonId]) -> None:
    """Planted by another of the room."""


def _equals(now: Held, then: Held, end: Ends) -> bool:
    return now == then


@dataclass(frozen=True, kw_only=True)
class Holding:
    """One thing people hold: how it is scattered, what each record has of it, and which columns lead to them.

    `agrees`: whether what those of today hold is what all their records held, where that is no mere union.
    """

    columns: tuple[str, ...]
    held: Callable[[Session], Held]
    plant: Plant = field(default=_nothing)
    agrees: Callable[[Held, Held, Ends], bool] = field(default=_equals)


def of(row: Any, *told: str, plant: Plant = _nothing, by: str = "person_id", where: Any = None) -> Holding:
    """A table that leads to people by one column; `told`: what makes a row of it the same thing as another."""
    table = row.__table__

    def held(session: Session) -> Held:
        found: Held = defaultdict(set)
        query = select(getattr(row, by), *(getattr(row, name) for name in told)).where(getattr(row, by).is_not(None))
        if hasattr(row, "folded_into_id"):
            query = query.where(row.folded_into_id.is_(None))
        for person_id, *values in session.execute(query if where is None else query.where(where)):
            found[person_id].add(tuple(values))
        return found

    return Holding(columns=(f"{table.name}.{by}",), held=held, plant=plant)


def put(session: Session, chance: Random, row: Any, **facts: Any) -> Any:
    """One row; what it must say and nobody told is anything of its kind."""
    table, mapped = row.__table__, inspect(row)
    once = {
        column.name
        for rule in (*table.constraints, *table.indexes)
        if isinstance(rule, UniqueConstraint) or (isinstance(rule, Index) and rule.unique)
        for column in rule.columns
    }
    alone = len(table.primary_key.columns) == 1
    for column in table.columns:
        name = mapped.get_property_by_column(column).key
        counts = column.primary_key and alone and not column.foreign_keys and isinstance(column.type, Integer)
        if name in facts or column.nullable or counts or column.default is not None:
            continue
        assert not column.foreign_keys, f"{column}: whose?"
        facts[name] = _anything(chance, column, once)
    made = row(**facts)
    session.add(made)
    return made


def kept(session: Session, chance: Random, row: Any, **facts: Any) -> int:
    """The number of such a row, for those that lead to it."""
    made = put(session, chance, row, **facts)
    session.flush()
    return int(made.id)


def _anything(chance: Random, column: Any, once: set[str]) -> Any:
    kind = column.type
    if isinstance(kind, Word):
        return chance.choice(list(kind.words))
    if isinstance(kind, Instant):
        return NOW
    if isinstance(kind, Date):
        return NOW.date()
    if isinstance(kind, Boolean):
        return chance.random() < 0.5
    if isinstance(kind, Json):
        return {}
    if isinstance(kind, String):
        return f"{chance.getrandbits(40):010x}" if column.name in once else ""
    return chance.randrange(1, 1000)
