"""Her name in every column of words of every table that leads to a person, however it came there: none outlives her."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import DDL, Boolean, Column, Date, LargeBinary, String, Table, insert, select

from crm.assembly import Assembly
from crm.foundation.columns import Base, Instant, Json, Word
from crm.privacy import erasing
from tests.conftest import NOW
from tests.privacy import canary

CODES = {
    "appeal_recipient": {"source_code"},
    "attestation": {"code", "fiche_key", "paper_print", "print", "problem", "sealed", "uid"},
    "attestation_elsewhere": {"number", "system"},
    "consent_event": {"address_key", "evidence", "mark", "purpose"},
    "gift_batch_entry": {"fund_code", "source_code"},
    "mandate": {"reference", "source", "uid"},
    "pace_event": {"evidence", "mark"},
    "plan": {"fund_code", "source_code", "supplier"},
}
"""What stays of rows that are kept: codes of the house, seals, hashes, evidence (nameless, as `NewAct` promises)."""
LONG = 24
"""Signs enough for her name and a number."""


@pytest.mark.parametrize("database", ["postgresql"], indirect=True)  # which puts up with rows of made-up neighbours
def test_no_column_of_any_table_keeps_her_name(assembly: Assembly) -> None:
    she, _, _ = canary.plant(assembly)
    held = set(canary.found_on_disk(assembly)) | {"national_number", "person", "contact_point", "consent_standing"}
    planted = [table for table in Base.metadata.sorted_tables if _leads_to_her(table) and table.name not in held]
    with assembly.database.engine.begin() as connection:
        connection.execute(DDL("SET LOCAL session_replication_role = replica"))  # type: ignore[no-untyped-call]
        for number, table in enumerate(planted, start=9001):
            row = {column.name: _value(column, she, number) for column in table.columns}
            connection.execute(insert(table).values(row))
    found_in = set(canary.found_on_disk(assembly))
    assert [table.name for table in planted if table.name not in found_in] == []
    with assembly.database.transaction() as session:
        erasing.erase(session, assembly.holdings, she, at=NOW + timedelta(days=1))
    assembly.database.settle_deletions()
    left: dict[str, set[str]] = {}
    with assembly.database.reading() as session:
        for table in Base.metadata.sorted_tables:
            for kept in session.execute(select(table)).mappings():
                found = {name for name, value in kept.items() if canary.found_in(repr(value).encode())}
                if found:
                    left.setdefault(table.name, set()).update(found)
    assert left == CODES


def _leads_to_her(table: Table) -> bool:
    points = any(key.column.table.name == "person" for key in table.foreign_keys) or "person_id" in table.columns
    return points and any(_holds_a_name(column) for column in table.columns)


def _holds_a_name(column: Column[Any]) -> bool:
    """A code that stands in another table is none of it."""
    is_long = isinstance(column.type, String) and not column.foreign_keys and (column.type.length or LONG) >= LONG
    return isinstance(column.type, Json) or is_long


def _value(column: Column[Any], she: int, number: int) -> Any:
    """Her name wherever words may stand, else whatever a column takes."""
    if column.name == "person_id" or any(key.column.table.name == "person" for key in column.foreign_keys):
        return she
    if isinstance(column.type, Word):
        return next(iter(column.type.words))
    if isinstance(column.type, String):
        longest, name = column.type.length or 1000, f"{canary.LAST} {number}"
        return name if longest >= len(name) else "x" * min(longest, 2)
    plain = {
        Instant: NOW,
        Json: {"who": canary.WHO},
        Boolean: False,
        Date: NOW.date(),
        LargeBinary: canary.WHO.encode(),
    }
    return next((value for kind, value in plain.items() if isinstance(column.type, kind)), number)
