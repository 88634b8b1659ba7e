"""Changes of rows that can be put back: each is kept as which rows, what stood in them, and what stands there now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, and_, select, tuple_, update
from sqlalchemy.orm import Session

from crm.foundation.columns import Instant

AT_ONCE = 500
"""Rows of one statement: SQLite and PostgreSQL both take only so many values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class RowMove:
    """Rows of one table whose columns went from `before` to `after`; all values are JSON's own kinds.

    `keys` are their primary keys as they were before, in the order of the table's key columns.
    """

    table: str
    keys: tuple[tuple[Any, ...], ...]
    before: Mapping[str, Any]
    after: Mapping[str, Any]


def change(
    session: Session,
    table: Table,
    where: ColumnElement[bool],
    values: Mapping[str, Any],
    *,
    remember: Sequence[str] = (),
) -> list[RowMove]:
    """Writes `values` into the rows of `table` that answer to `where` and differ, and says how to put them back.

    `remember`: columns whose value is kept in the moves even where it does not change.
    """
    session.flush()
    names = [*values, *(name for name in remember if name not in values)]
    columns, key = [table.c[name] for name in names], list(table.primary_key.columns)
    found = session.execute(select(*key, *columns).where(where).order_by(*key)).all()
    after = {name: plain(value) for name, value in values.items()}
    groups: dict[tuple[Any, ...], list[tuple[Any, ...]]] = {}
    for row in found:
        before = tuple(plain(value) for value in row[len(key) :])
        if before[: len(after)] != tuple(after.values()):
            groups.setdefault(before, []).append(tuple(row[: len(key)]))
    moves = []
    for before, keys in groups.items():
        for some in _slices(keys):
            session.execute(update(table).where(_are(table, some)).values(values))
        was = dict(zip(names, before, strict=True))
        is_now = {**was, **after}
        # A column that keeps its value is no part of the move: somebody may change it later, and keep it so.
        changed = [name for name in names if was[name] != is_now[name] or name in remember]
        moves.append(
            RowMove(
                table=table.name,
                keys=tuple(keys),
                before={name: was[name] for name in changed},
                after={name: is_now[name] for name in changed},
            )
        )
    return moves


def give(
    session: Session,
    table: Table,
    *,
    loser: int,
    survivor: int,
    column: str = "person_id",
    unless_same: Sequence[str] = (),
    where: ColumnElement[bool] | None = None,
) -> list[RowMove]:
    """Makes the loser's rows the survivor's; one stays where the survivor has another of the same `unless_same`."""
    movable = table.c[column] == loser
    if unless_same:
        own = table.alias()
        same = and_(*(own.c[name] == table.c[name] for name in unless_same))
        movable = and_(movable, ~select(own.c[column]).where(own.c[column] == survivor, same).exists())
    if where is not None:
        movable = and_(movable, where)
    return change(session, table, movable, {column: survivor})


def put_back(session: Session, table: Table, moves: Iterable[RowMove]) -> int:
    """Replays moves of one table backwards; how many values stay as somebody has changed them since.

    A row that is gone stays gone. Later changes of other columns stay.
    """
    session.flush()
    kept = 0
    for move in reversed(list(moves)):
        keys = [_moved(table, key, move) for key in move.keys]
        for name in move.before:
            column, now = table.c[name], _typed(table, name, move.after[name])
            before = _typed(table, name, move.before[name])
            for some in _slices(keys):
                there = session.execute(select(column).where(_are(table, some))).all()
                same = column.is_(None) if now is None else column == now
                session.execute(update(table).where(_are(table, some), same).values({name: before}))
                kept += sum(1 for (value,) in there if plain(value) != move.after[name])
    return kept


def spliced(earlier: RowMove, later: RowMove) -> list[RowMove]:
    """`later` as it must be once `earlier` is put back while it stands: what it would restore is what came before both.

    Unchanged (the same object) where the two do not build on each other.
    """
    names = [n for n in later.before if n in earlier.after and earlier.after[n] == later.before[n]]
    both = set(earlier.keys) & set(later.keys)
    if earlier.table != later.table or not names or not both:
        return [later]
    before = {**later.before, **{name: earlier.before[name] for name in names}}
    halves = [
        RowMove(table=later.table, keys=tuple(k for k in later.keys if k in both), before=before, after=later.after),
        RowMove(
            table=later.table,
            keys=tuple(k for k in later.keys if k not in both),
            before=later.before,
            after=later.after,
        ),
    ]
    return [half for half in halves if half.keys]


def parted(
    table: Table, earlier: RowMove, later: RowMove, *, holders: Sequence[str], loser: int, survivor: int
) -> tuple[RowMove | None, RowMove | None]:
    """`later` in two: of rows that stay when `earlier` is put back, and of rows that go back to the loser then.

    The second must be put back first, else what was written into the row goes with it. `holders`: whose a row is.
    """
    given = (name for name in holders if earlier.after.get(name) == survivor and earlier.before[name] == loser)
    if earlier.table != later.table or not any(given):
        return later, None
    leaving = {_moved(table, key, earlier) for key in earlier.keys}
    stay, leave = ([key for key in later.keys if (key in leaving) == leaves] for leaves in (False, True))
    return replace(later, keys=tuple(stay)) if stay else None, replace(later, keys=tuple(leave)) if leave else None


def plain(value: Any) -> Any:
    """A column's value as JSON keeps it."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def _typed(table: Table, name: str, value: Any) -> Any:
    """A kept value as the column takes it."""
    kind = table.c[name].type
    if value is not None and isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    if value is not None and isinstance(kind, Date):
        return date.fromisoformat(value)
    return value


def _moved(table: Table, key: Sequence[Any], move: RowMove) -> tuple[Any, ...]:
    """Where a row stands now: a move may have changed a part of its key."""
    names = [column.name for column in table.primary_key.columns]
    return tuple(move.after.get(name, part) for name, part in zip(names, key, strict=True))


def _are(table: Table, keys: Sequence[tuple[Any, ...]]) -> ColumnElement[bool]:
    columns = list(table.primary_key.columns)
    if len(columns) == 1:
        return columns[0].in_([key[0] for key in keys])
    return and_(tuple_(*columns).in_(keys))


def _slices(keys: Sequence[tuple[Any, ...]]) -> Iterable[Sequence[tuple[Any, ...]]]:
    return (keys[start : start + AT_ONCE] for start in range(0, len(keys), AT_ONCE))
