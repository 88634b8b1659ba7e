"""What a colleague changed of somebody's file, kept for a while so that it can be taken back exactly.

A change is the rows as they stood before and after. It is taken back only while every one of them still stands as the
change left it; else somebody has gone on since, and taking it back would undo their work too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Table, and_, delete, insert, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from crm.foundation.columns import Base, Instant
from crm.foundation.database import hold
from crm.people import keys, search, store
from crm.people.errors import ChangedSince, ChangeMissing
from crm.people.tables import (
    ContactFailureRow,
    ContactPointRow,
    ExternalIdRow,
    HouseholdMemberRow,
    HouseholdRow,
    PersonChangeRow,
    PersonRow,
    PersonTagRow,
    PostalAddressRow,
    TieRow,
)
from crm.values.identifiers import AccountId, HouseholdId, PersonId

KEPT_FOR = timedelta(days=30)
"""What stood in a file before a change is personal too: it is forgotten after this time."""

Rows = dict[tuple[str, tuple[Any, ...]], dict[str, Any]]


def _table(row: type[Base]) -> Table:
    found = row.__table__
    assert isinstance(found, Table)
    return found


_OWN = tuple(_table(row) for row in (ContactPointRow, PostalAddressRow, ContactFailureRow, ExternalIdRow, PersonTagRow))
_PERSON, _TIE, _HOME, _MEMBER = (_table(row) for row in (PersonRow, TieRow, HouseholdRow, HouseholdMemberRow))
_ORDER = {table.name: (rank, table) for rank, table in enumerate((_PERSON, _HOME, _MEMBER, _TIE, *_OWN))}
"""Parents first: rows come back in this order and go in the other."""


@dataclass(slots=True)
class Recording:
    """What is being changed. After the block `id` names the change; it is None where nothing changed."""

    id: int | None = None
    fields: frozenset[str] = field(default_factory=frozenset)


@contextmanager
def recorded(
    session: Session,
    person_id: PersonId,
    *,
    by: AccountId | None,
    at: datetime,
    households: Collection[HouseholdId] = (),
) -> Iterator[Recording]:
    """Keeps what the block changes of that person: name, contacts, tags, ties, households.

    `households` are those that the person does not belong to yet and the block may put them in.
    """
    store.hold_living(session, person_id)  # before the change: whoever writes a way to reach them holds in that order
    hold(session, f"change {person_id}")
    homes = {*_households(session, person_id), *households}
    before = _rows(session, person_id, homes)
    recording = Recording()
    yield recording
    session.flush()
    after = _rows(session, person_id, homes | _households(session, person_id))
    changed = [
        {"table": name, "key": list(key), "before": before.get((name, key)), "after": after.get((name, key))}
        for name, key in dict.fromkeys((*before, *after))
        if before.get((name, key)) != after.get((name, key))
    ]
    if changed:
        row = PersonChangeRow(person_id=person_id, made_at=at, made_by=by, rows=changed, undone_at=None)
        session.add(row)
        session.flush()
        recording.id, recording.fields = row.id, _fields(changed)


def undo(session: Session, person_id: PersonId, change_id: int, *, at: datetime) -> None:
    """Puts every row back as it stood before that change of that person's file.

    Raises `ChangeMissing` where it was taken back or forgotten, `ChangedSince` where a row no longer stands as the
    change left it, or something hangs on it by now.
    """
    change = session.get(PersonChangeRow, change_id, with_for_update=True)
    if change is None or change.person_id != person_id or change.undone_at is not None:
        raise ChangeMissing
    hold(session, f"change {change.person_id}")
    rows: list[Mapping[str, Any]] = change.rows
    if any(_stands(session, row["table"], row["key"]) != row["after"] for row in rows):
        raise ChangedSince
    ordered = sorted(rows, key=lambda row: _ORDER[row["table"]][0])
    try:
        with session.begin_nested():
            for row in reversed(ordered):
                if row["before"] is None:
                    table = _ORDER[row["table"]][1]
                    session.execute(delete(table).where(_is(table, row["key"])))
            for row in ordered:
                if row["before"] is not None:
                    _write(session, row)
    except IntegrityError as error:
        raise ChangedSince from error
    change.undone_at = at
    session.flush()
    session.expire_all()
    keys.refresh(session, [person_id])
    search.refresh(session, [person_id])


def forget(session: Session, *, before: datetime) -> int:
    """Forgets the changes made before an instant; how many."""
    gone = session.execute(
        delete(PersonChangeRow).where(PersonChangeRow.made_at < before).returning(PersonChangeRow.id)
    )
    return len(gone.all())


def _write(session: Session, row: Mapping[str, Any]) -> None:
    table = _ORDER[row["table"]][1]
    values = {name: _thawed(table, name, value) for name, value in row["before"].items()}
    if row["after"] is None:
        session.execute(insert(table).values(values))
    else:
        session.execute(update(table).where(_is(table, row["key"])).values(values))


def _households(session: Session, person_id: int) -> set[int]:
    return set(session.scalars(select(_MEMBER.c.household_id).where(_MEMBER.c.person_id == person_id)))


def _rows(session: Session, person_id: int, households: Collection[int]) -> Rows:
    """Every row that an edit of this person may touch, as JSON values."""
    wanted: list[tuple[Table, ColumnElement[bool]]] = [
        (_PERSON, _PERSON.c.id == person_id),
        (_TIE, or_(_TIE.c.person_id == person_id, _TIE.c.other_person_id == person_id)),
        (_HOME, _HOME.c.id.in_(households)),
        (_MEMBER, _MEMBER.c.household_id.in_(households)),
        *((table, table.c.person_id == person_id) for table in _OWN),
    ]
    found: Rows = {}
    for table, condition in wanted:
        for row in session.execute(select(table).where(condition)).mappings():
            values = {name: _frozen(value) for name, value in row.items()}
            found[table.name, tuple(values[column.name] for column in table.primary_key)] = values
    return found


def _stands(session: Session, table_name: str, key: Collection[Any]) -> dict[str, Any] | None:
    table = _ORDER[table_name][1]
    row = session.execute(select(table).where(_is(table, key))).mappings().first()
    return None if row is None else {name: _frozen(value) for name, value in row.items()}


def _is(table: Table, key: Collection[Any]) -> ColumnElement[bool]:
    return and_(*(column == value for column, value in zip(table.primary_key, key, strict=True)))


def _frozen(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value.value if isinstance(value, StrEnum) else value


def _thawed(table: Table, name: str, value: Any) -> Any:
    kind = table.c[name].type
    if value is not None and isinstance(kind, Instant):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if value is not None and isinstance(kind, Date) else value


def _fields(changed: Collection[Mapping[str, Any]]) -> frozenset[str]:
    """The names of what changed, for the trail: columns of the person, tables of everything else."""
    names: set[str] = set()
    for row in changed:
        if row["table"] == _PERSON.name and row["before"] and row["after"]:
            names |= {name for name, value in row["after"].items() if row["before"][name] != value}
        else:
            names.add(row["table"])
    return frozenset(names - {"folded_name", "first_sound", "last_sound"})
