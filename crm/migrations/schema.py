"""Bringing a database to the present schema."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select

from crm.foundation.columns import Base
from crm.foundation.database import Database
from crm.rooms import ROOMS_WITH_ROWS

for _room in (*ROOMS_WITH_ROWS, "jobs"):
    import_module(f"{_room}.tables")
METADATA = Base.metadata


def configuration() -> Config:
    """Alembic's configuration, made here: there is no alembic.ini."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.set_main_option("path_separator", "os")
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Runs what is missing, all or nothing. Two processes at once: the second waits, then finds nothing to do."""
    _run(database, lambda config: command.upgrade(config, revision))


def downgrade(database: Database, revision: str) -> None:
    """Goes back to a revision (`base` for none)."""
    _run(database, lambda config: command.downgrade(config, revision))


def current(database: Database) -> str | None:
    """The revision the database stands at, or None for an empty one."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def head() -> str | None:
    """The newest revision of the history."""
    return ScriptDirectory.from_config(configuration()).get_current_head()


def _run(database: Database, act: Callable[[Config], None]) -> None:
    config = configuration()
    with database.engine.connect().execution_options(portevoix_begin="IMMEDIATE") as connection, connection.begin():
        if not database.is_sqlite:
            connection.execute(select(func.pg_advisory_xact_lock(0x504F5254)))
        config.attributes["connection"] = connection
        act(config)
