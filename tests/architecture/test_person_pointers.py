"""No table points at a person without a room that answers for it when two records become one."""

from __future__ import annotations

from crm.foundation.columns import Base
from crm.migrations.schema import METADATA
from crm.rooms import POINTERS


def _pointing() -> set[str]:
    return {
        table.name
        for table in METADATA.sorted_tables
        if any(key.column.table.name == "person" for key in table.foreign_keys)
    }


def test_every_table_that_points_at_a_person_has_a_room_that_answers_for_it() -> None:
    declared = [name for pointer in POINTERS for name in pointer.TABLES]
    assert len(declared) == len(set(declared))
    assert set(declared) == _pointing() | {"person"}


def test_each_room_answers_for_its_own_tables_only() -> None:
    owners = {str(mapper.local_table): mapper.class_.__module__ for mapper in Base.registry.mappers}
    assert [name for p in POINTERS for name in p.TABLES if owners[name].rpartition(".")[0] != p.ROOM] == []
