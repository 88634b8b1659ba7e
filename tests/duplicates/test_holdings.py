"""The law of merging is about everything that leads to a person: no room can be forgotten by it."""

from __future__ import annotations

from random import Random

from crm.assembly import Assembly
from crm.migrations.schema import METADATA
from crm.rooms import POINTERS
from tests.duplicates.holdings import HOLDINGS, RECKONED
from tests.duplicates.test_law import plant


def test_whatever_a_room_gives_over_at_a_merge_is_in_the_law() -> None:
    leading = {
        f"{table.name}.{key.parent.name}"
        for table in METADATA.sorted_tables
        for key in table.foreign_keys
        if key.column.table.name == "person"
    }
    named = [column for holding in HOLDINGS for column in holding.columns]
    assert len(named) == len(set(named))
    assert set(named) | RECKONED.keys() == leading
    assert set(named) & RECKONED.keys() == set()
    tables = {column.partition(".")[0] for column in leading}
    assert {table for pointer in POINTERS for table in pointer.TABLES} == tables


def test_what_the_law_plants_is_held_by_somebody(assembly: Assembly) -> None:
    bare = set(HOLDINGS)
    for seed in range(3):
        with assembly.database.reading() as session:
            plant(session, assembly, Random(seed))
            bare -= {holding for holding in bare if holding.held(session)}
    assert {holding.columns for holding in bare} == set()
