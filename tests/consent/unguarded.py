"""A database whose triggers do not watch the ledgers, as somebody with its password could make it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from alembic.migration import MigrationContext
from alembic.operations import Operations
from alembic.script import ScriptDirectory
from sqlalchemy import DDL

from crm.foundation.database import Database
from crm.migrations import schema


@contextmanager
def unguarded(database: Database) -> Iterator[None]:
    """Takes the guards of the consent ledger off, and puts them on again."""
    _guard(database, is_on=False)
    try:
        yield
    finally:
        _guard(database, is_on=True)


def _guard(database: Database, *, is_on: bool) -> None:
    guard = ScriptDirectory.from_config(schema.configuration()).get_revision("7b1e").module
    with database.engine.begin() as connection, Operations.context(MigrationContext.configure(connection)):
        if database.is_sqlite:
            (guard.upgrade if is_on else guard.downgrade)()
            return
        for table in guard.COLUMNS:
            switch = DDL(f"ALTER TABLE {table} {'ENABLE' if is_on else 'DISABLE'} TRIGGER USER")  # type: ignore[no-untyped-call]
            connection.execute(switch)
