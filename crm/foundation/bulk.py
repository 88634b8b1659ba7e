"""Many rows at once into one table: COPY on PostgreSQL, prepared statements on SQLite."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import (
    ARRAY,
    BigInteger,
    ColumnElement,
    Dialect,
    Integer,
    Select,
    String,
    Table,
    TableValuedAlias,
    any_,
    bindparam,
    cast,
    column,
    func,
    insert,
    literal,
    select,
)
from sqlalchemy import table as plain_table
from sqlalchemy.dialects.postgresql import JSON, OID
from sqlalchemy.orm import Session
from sqlalchemy.sql.schema import ScalarElementColumnDefault

from crm.foundation.database import WROTE
from crm.foundation.remembering import forget

SLICE = 10_000
"""Rows that are held in memory at once."""
CACHE_KILOBYTES = 262_144
SORT_KILOBYTES = 65_536
OUTGROWN_PAGES = 8
"""Smaller tables are read as fast whole."""


def pour(
    session: Session, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]], *, are_turned: bool = False
) -> int:
    """Writes rows whose values stand in the order of `columns`, within the session's transaction; how many.

    Column types turn the values into what the database holds, as for any other insert, unless `are_turned` says that
    they were (by `turned`); defaults are not applied.
    """
    forget(session)
    connection = session.connection()
    ready = iter(rows) if are_turned else turned(connection.dialect, table, columns, rows)
    driver = connection.connection.driver_connection
    if isinstance(driver, psycopg.Connection):
        connection.info[WROTE] = True
        return _copy(driver, table, columns, ready)
    # A bare table: the statement names these columns in this order, and no default of ours joins them.
    bare = plain_table(table.name, *(column(name) for name in columns))
    statement = str(insert(bare).values({name: bindparam(name) for name in columns}).compile(connection))
    count = 0
    while some := list(islice(ready, SLICE)):
        connection.exec_driver_sql(statement, some)
        count += len(some)
    return count


def pour_rows(session: Session, table: Table, rows: Sequence[Mapping[str, Any]]) -> int:
    """The same for rows by the names of their columns, all of the same; columns they leave out get their defaults."""
    if not rows:
        return 0
    names = list(rows[0])
    left_out = [
        one for one in table.columns if one.name not in rows[0] and isinstance(one.default, ScalarElementColumnDefault)
    ]
    rest = tuple(one.default.arg for one in left_out if isinstance(one.default, ScalarElementColumnDefault))
    values = ((*map(row.__getitem__, names), *rest) for row in rows)
    return pour(session, table, [*names, *(one.name for one in left_out)], values)


def among(session: Session, column: Any, values: Collection[str]) -> ColumnElement[bool]:
    """True where a text is one of `values`: one parameter, however many they are."""
    if session.get_bind().dialect.name == "postgresql":
        return column == any_(literal(sorted(values), ARRAY(String)))  # type: ignore[no-any-return]
    return column.in_(select(texts(session, values).c.value))  # type: ignore[no-any-return]


def reserve(session: Session, table: Table, count: int, *, after: int = 0) -> list[int]:
    """That many new numbers for rows of a table, beyond `after`; nobody else gets them.

    On SQLite only as long as the transaction lasts: who writes later looks whether they are free still.
    """
    if session.get_bind().dialect.name == "postgresql":
        sequence = func.pg_get_serial_sequence(table.name, "id")
        numbers = select(func.nextval(sequence)).select_from(func.generate_series(1, count))
        return list(session.scalars(numbers))
    last = max(after, session.scalar(select(func.max(table.c.id))) or 0)
    return list(range(last + 1, last + 1 + count))


def texts(session: Session, several: Collection[str]) -> TableValuedAlias:
    """Texts as a table with one column, `value`: one parameter, however many they are."""
    whole = json.dumps(sorted(several), ensure_ascii=False)
    if session.get_bind().dialect.name == "sqlite":
        return func.json_each(whole).table_valued(column("value", String), name="listed")
    listed = func.json_array_elements_text(cast(literal(whole, String), JSON))
    return listed.table_valued(column("value", String), name="listed")


def numbers(session: Session, several: Collection[int]) -> Select[int]:
    """Numbers as a select with one column, `value`: one parameter, however many they are."""
    if session.get_bind().dialect.name == "sqlite":
        listed = func.json_each(json.dumps(sorted(several))).table_valued(column("value", BigInteger), name="numbered")
        return select(listed.c.value)
    return select(func.unnest(literal(sorted(several), ARRAY(BigInteger))).column_valued("value"))


def widen(session: Session) -> None:
    """Lets SQLite keep more of the file in memory while much is written (it has 2 MB otherwise)."""
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{CACHE_KILOBYTES}")


def make_room(session: Session) -> None:
    """Lets this transaction sort and join hundreds of thousands of rows in memory rather than in small runs on disk.

    Bounded: SQLite takes its runs from the cache of the connection, PostgreSQL from `work_mem` until the end of this
    transaction.
    """
    if session.get_bind().dialect.name == "sqlite":
        session.connection().exec_driver_sql(f"PRAGMA cache_size=-{SORT_KILOBYTES}")
    else:
        session.execute(select(func.set_config("work_mem", f"{SORT_KILOBYTES}kB", True)))


def settle(session: Session, *tables: Table) -> None:
    """Tells the database that much has changed (there, or anywhere), so that it plans by what there is now."""
    if session.get_bind().dialect.name == "sqlite":
        # Limited: it looks at some hundred rows an index, which is enough to plan by.
        session.connection().exec_driver_sql("PRAGMA analysis_limit=400")
    for name in [table.name for table in tables] or [""]:
        session.connection().exec_driver_sql(f"ANALYZE {name}".rstrip())


def settle_outgrown(session: Session) -> None:
    """The same for the tables that have grown to more than twice what they were when PostgreSQL last counted them.

    Between the blocks of a long writing: what was prepared while a table was small goes through all of it, however
    large it has become, until it is counted anew. SQLite plans when it prepares, and counts at the end.
    """
    if session.get_bind().dialect.name == "postgresql":
        for name in session.scalars(_OUTGROWN, {"least": OUTGROWN_PAGES}):
            session.connection().exec_driver_sql(f"ANALYZE {name}")


_catalogue = plain_table("pg_class", *map(column, ("oid", "relname", "relnamespace", "relkind", "relpages"))).c
_pages = func.pg_relation_size(_catalogue.oid) / func.current_setting("block_size").cast(Integer)
_home = func.to_regnamespace(func.quote_ident(func.current_schema())).cast(OID)
_OUTGROWN = (
    select(func.quote_ident(_catalogue.relname))
    .where(
        _catalogue.relkind == "r",
        _catalogue.relnamespace == _home,
        _pages > bindparam("least"),
        _pages > 2 * _catalogue.relpages,
    )
    .order_by(_catalogue.relname)
)


def turned(
    dialect: Dialect, table: Table, columns: Sequence[str], rows: Iterable[Sequence[Any]]
) -> Iterator[Sequence[Any]]:
    """The rows with each value as the database holds it, by the type of its column; any process can do it."""
    found = [table.c[name].type.dialect_impl(dialect).bind_processor(dialect) for name in columns]
    turns = [(place, turn) for place, turn in enumerate(found) if turn is not None]
    waiting = iter(rows)
    while some := list(islice(waiting, SLICE)):
        # Column by column: a value that comes again is turned once.
        values: list[Sequence[Any]] = list(zip(*some, strict=True))
        for place, turn in turns:
            values[place] = _column(values[place], turn)
        yield from zip(*values, strict=True)


def _column(values: Sequence[Any], turn: Callable[[Any], Any]) -> list[Any]:
    try:
        known = {value: turn(value) for value in set(values)}
    except TypeError:
        # Lists and dictionaries, which nothing can be looked up by.
        return [turn(value) for value in values]
    return [known[value] for value in values]


def _copy(driver: psycopg.Connection[Any], table: Table, columns: Sequence[str], rows: Iterator[Any]) -> int:
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    count = 0
    with driver.cursor() as cursor, cursor.copy(statement) as copy:
        for row in rows:
            copy.write_row(row)
            count += 1
    return count
