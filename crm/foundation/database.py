"""Engines and the two ways to use one: `transaction()` to write, `reading()` to look."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ARRAY, BigInteger, Engine, bindparam, create_engine, event, func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from crm.foundation import remembering
from crm.values.errors import Unavailable

BUSY_MILLISECONDS = 10_000
"""How long a writer waits for SQLite's one write lock before it says so."""


@dataclass(frozen=True, slots=True)
class Database:
    """One database: its engine and how sessions on it are made."""

    engine: Engine
    sessions: sessionmaker[Session]

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session that commits on leaving and rolls back on any exception. Only rims open one.

        On SQLite it takes the write lock at once: nobody finds out in the middle that another writer came first.
        """
        with self.sessions() as session, session.begin():
            session.connection(execution_options={"portevoix_begin": "IMMEDIATE"})
            yield session

    @contextmanager
    def rehearsing(self) -> Iterator[Session]:
        """A session that writes as `transaction` does, and of which nothing stays."""
        with self.sessions() as session:
            session.connection(execution_options={"portevoix_begin": "IMMEDIATE"})
            try:
                yield session
            finally:
                session.rollback()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that sees one consistent state and writes nothing; what it asked it may remember."""
        with self.sessions() as session:
            remembering.begin(session)
            if not self.is_sqlite:
                begun = session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
                begun.info[WROTE] = False
            try:
                yield session
                if not self.is_sqlite:
                    _end_kept(session)
            finally:
                session.rollback()

    def settle_deletions(self) -> None:
        """Lets what was deleted go from the disk, as far as the database does at all.

        SQLite overwrites deleted rows (`secure_delete`); the write-ahead log is emptied here, which waits for nobody:
        where somebody reads, the next call does it. PostgreSQL keeps dead rows until its own vacuum comes by.
        """
        if self.is_sqlite:
            with self.engine.connect() as connection:
                raw = connection.connection.driver_connection
                assert raw is not None
                raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()

    def close(self) -> None:
        """Gives every connection back."""
        self.engine.dispose()


def open_database(url: str) -> Database:
    """Opens (SQLite: creates) the database at a SQLAlchemy address. No schema is made here: see `crm.migrations`."""
    address = make_url(url)
    options: dict[str, Any] = {"pool_pre_ping": True}
    if address.get_backend_name() == "sqlite":
        if address.database and address.database != ":memory:":
            Path(address.database).parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        options = {"connect_args": {"timeout": BUSY_MILLISECONDS / 1000, "check_same_thread": False}}
    engine = create_engine(address, **options)
    if engine.dialect.name == "sqlite":
        _teach_sqlite(engine)
    else:
        _teach_postgresql(engine)
    return Database(engine=engine, sessions=sessionmaker(engine, expire_on_commit=False, autoflush=False))


WROTE = "portevoix_wrote"
"""What a connection of PostgreSQL remembers of its transaction: that something but a question was asked."""


def _end_kept(session: Session) -> None:
    """Ends a reading that only read as done rather than undone: after a rollback the driver forgets what it prepared,
    and a page of seventy statements would have all of them parsed and planned anew."""
    if not session.is_active:  # what was written failed: there is nothing left but to undo it
        return
    connection = session.connection()
    driver = connection.connection.driver_connection
    if driver is not None and not connection.info.get(WROTE, True):
        driver.commit()


def _teach_postgresql(engine: Engine) -> None:
    """No compiling of statements: the gate's many short sub-plans take a second to compile and a hundredth to run.

    Parts of an instant are those of UTC, whatever zone the server stands in.
    """

    @event.listens_for(engine, "before_cursor_execute")
    def _note(connection: Any, _cursor: Any, statement: str, _values: Any, context: Any, _many: bool) -> None:
        is_question = statement.startswith("SELECT") or (statement.startswith("WITH") and "INSERT" not in statement)
        if not is_question or context is None or context.isinsert or context.isupdate or context.isdelete:
            connection.info[WROTE] = True

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET jit = off")
            cursor.execute("SET TIME ZONE 'UTC'")
        connection.commit()


def _teach_sqlite(engine: Engine) -> None:
    """WAL with full syncing (NORMAL loses acknowledged commits at a power cut); transactions begin when we say."""

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "secure_delete=ON",
            f"busy_timeout={BUSY_MILLISECONDS}",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        how = connection.get_execution_options().get("portevoix_begin", "DEFERRED")
        connection.exec_driver_sql(f"BEGIN {how}")


def hold(session: Session, name: str, *, shared: bool = False) -> None:
    """Makes transactions that hold the same name wait for each other until they end; those that share it go together.

    On SQLite a writing transaction is alone anyway; on PostgreSQL it is an advisory lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
        session.execute(select(lock(_number(name))))


def hold_all(session: Session, names: Iterable[str]) -> None:
    """Holds several names one after the other, in that order and in one statement."""
    if session.get_bind().dialect.name == "postgresql":
        numbers = bindparam("numbers", [_number(name) for name in names], type_=ARRAY(BigInteger))
        session.execute(select(func.pg_advisory_xact_lock(func.unnest(numbers).column_valued("number"))))


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big", signed=True)


def explain(error: OperationalError) -> Unavailable:
    """A database failure in one sentence, for people."""
    return Unavailable(f"the database does not answer as it should: {type(error.orig).__name__}")
