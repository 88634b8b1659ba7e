"""One history, one head: up, down and up again, with rows in every table, to exactly what the tables say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from crm.foundation.database import Database, open_database
from crm.migrations import schema
from tests.conftest import KINDS

HISTORY = [s.revision for s in ScriptDirectory.from_config(schema.configuration()).walk_revisions()][::-1]
VALUES: dict[type, Any] = {
    int: 1,
    str: "x",
    bool: True,
    datetime: datetime(2026, 11, 23, 9, tzinfo=UTC),
    date: date(2026, 11, 23),
    time: time(9),
    dict: {},
    list: [],
}


@pytest.fixture(params=KINDS)
def old_database(request: pytest.FixtureRequest, new_database_url: Callable[[str], str]) -> Iterator[Database]:
    """A database of its own, taken back to before the first migration."""
    database = open_database(new_database_url(request.param))
    schema.downgrade(database, "base")
    yield database
    database.close()


def test_there_is_one_head() -> None:
    assert ScriptDirectory.from_config(schema.configuration()).get_heads() == [schema.head()]
    assert HISTORY[-1] == schema.head()


@pytest.mark.database
def test_migrations_make_what_the_tables_say(old_database: Database) -> None:
    assert _names(old_database) == set()
    schema.upgrade(old_database)
    with old_database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        assert compare_metadata(context, schema.METADATA) == []
    schema.upgrade(old_database)
    assert schema.current(old_database) == schema.head()


NEWEST = 10


@pytest.mark.database
def test_each_step_goes_up_and_down_with_rows_in_every_table(old_database: Database) -> None:
    """The newest steps, from a house that has rows of before; the others do not change any more and were asked so."""
    first = max(len(HISTORY) - NEWEST, 1)
    schema.upgrade(old_database, HISTORY[first - 1])
    found = _reflected(old_database)
    for before, revision in pairwise(HISTORY[first - 1 :]):
        kept = _fill(old_database, found)
        schema.upgrade(old_database, revision)
        found = _reflected(old_database)
        assert {name: count for name, count in _counts(old_database, found).items() if name in kept} == kept
        rows = _fill(old_database, found)
        assert all(rows.values())
        schema.downgrade(old_database, before)
        assert _names(old_database) == set(kept)
        schema.upgrade(old_database, revision)


def _names(database: Database) -> set[str]:
    """Every table but Alembic's own."""
    return set(sa.inspect(database.engine).get_table_names()) - {"alembic_version"}


def _reflected(database: Database) -> sa.MetaData:
    found = sa.MetaData()
    with database.engine.connect() as connection:
        found.reflect(connection, only=lambda name, _: name != "alembic_version")
    return found


def _counts(database: Database, found: sa.MetaData) -> dict[str, int]:
    """How many rows each table holds."""
    several = [sa.select(sa.literal(t.name), sa.func.count()).select_from(t) for t in found.sorted_tables]
    if not several:
        return {}
    with database.engine.connect() as connection:
        return {str(row[0]): int(row[1]) for row in connection.execute(sa.union_all(*several))}


def _fill(database: Database, found: sa.MetaData) -> dict[str, int]:
    """Puts one row into every empty table, parents first; returns how many rows each holds then.

    Into one that triggers write to there may be rows by the time it comes to it.
    """
    counts = _counts(database, found)
    with database.engine.begin() as connection:
        for table in found.sorted_tables:
            if not counts[table.name] and connection.scalar(sa.select(sa.func.count()).select_from(table)) == 0:
                connection.execute(table.insert().values({column: _value(column) for column in table.columns}))
    return _counts(database, found)


def _value(column: sa.Column[Any]) -> Any:
    if column.foreign_keys and column.nullable:
        return None
    if isinstance(column.type, sa.JSON):
        return {}
    kind = column.type.python_type
    if kind is datetime and not column.type.timezone:  # type: ignore[attr-defined] # SQLite knows no zones
        return VALUES[datetime].replace(tzinfo=None)
    return VALUES[kind]
