"""Bringing every keyed hash of an address to the newest key: in one transaction, from the hashes alone.

What goes through it is what tables declare as `AddressKey` or `KeyedJson`. Marks and chains stay whole: they cover
hashes as they were under the first key (`signing.Sealer.lasting`).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import (
    Column,
    MetaData,
    String,
    Table,
    Text,
    bindparam,
    cast,
    false,
    func,
    insert,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.orm import Session

from crm.foundation.columns import AddressKey, Base, KeyedJson
from crm.foundation.signing import AddressHasher
from crm.values.errors import Unavailable

_AT_ONCE = 10_000
_FIRST_TO_LOOK_AT = ("contact_point", "suppression")
"""Tables whose hashes are sorted by an index: the oldest and the newest of them are found at once."""


class KeysBehind(Unavailable):
    """The rows and the key files are not of the same age: a rotation was cut, or a backup is older than the keys."""

    def __init__(self) -> None:
        super().__init__("addresses in the database lie under another key than the newest")


def is_behind(session: Session, addresses: AddressHasher) -> bool:
    """True where rows lie under an older key than the newest. Raises `KeysBehind` where their key file is missing."""
    newest, ages = addresses.keyring.keys[-1][0], set[int]()
    for name in _FIRST_TO_LOOK_AT:
        column = Base.metadata.tables[name].c.address_key
        for end in session.execute(select(func.min(column), func.max(column)).where(column != "")).one():
            number = (end or "").partition(":")[0]
            ages |= {int(number)} if number.isdigit() else set()
    if any(age > newest for age in ages):
        raise KeysBehind
    return any(age < newest for age in ages)


def require_current(session: Session, addresses: AddressHasher) -> None:
    """Raises `KeysBehind` where silenced addresses would not be known again."""
    if is_behind(session, addresses):
        raise KeysBehind


def rekey(session: Session, addresses: AddressHasher) -> dict[str, int]:
    """Brings all rows to the newest key; how many hashes of each table were changed.

    Nothing else may write meanwhile: a hash that a process worked out before lies under the old key.
    """
    changed: dict[str, int] = {}
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if isinstance(column.type, AddressKey):
                count = _hashes(session, addresses, column)
            elif isinstance(column.type, KeyedJson):
                count = _objects(session, addresses, column)
            else:
                continue
            changed[table.name] = changed.get(table.name, 0) + count
    return changed


def _hashes(session: Session, addresses: AddressHasher, column: Column[Any]) -> int:
    keys = Table(
        "rekeyed",
        MetaData(),
        Column("old", String(120), primary_key=True),
        Column("new", String(120)),
        prefixes=["TEMPORARY"],
    )
    keys.create(session.connection())
    stale = column.is_not(None) & column.like("%:%") & column.not_like(f"{addresses.keyring.keys[-1][0]}:%")
    session.execute(insert(keys).from_select(["old"], select(column).where(stale).distinct()))
    write = update(keys).where(keys.c.old == bindparam("was")).values(new=bindparam("now"))
    for page in _pages(session, keys):
        brought = [{"was": old, "now": addresses.current(old)} for old in page]
        session.connection().execute(write, brought)
    differs = select(keys.c.old).where(keys.c.new != keys.c.old)
    now = select(keys.c.new).where(keys.c.old == column).scalar_subquery()
    done = session.connection().execute(update(column.table).where(column.in_(differs)).values({column: now}))
    keys.drop(session.connection())
    return done.rowcount


def _pages(session: Session, keys: Table) -> Iterator[list[str]]:
    after = ""
    while True:
        query = select(keys.c.old).where(keys.c.old > after).order_by(keys.c.old).limit(_AT_ONCE)
        page = list(session.scalars(query))
        if not page:
            return
        yield page
        after = page[-1]


def _objects(session: Session, addresses: AddressHasher, column: Column[Any]) -> int:
    key, done = tuple(column.table.primary_key.columns), 0
    older = [key_id for key_id, _ in addresses.keyring.keys[:-1]]
    quoted = or_(false(), *(cast(column, Text).contains(f'"{key_id}:') for key_id in older))
    for row in session.execute(select(*key, column).where(quoted).order_by(*key)).all():
        brought = _within(row[-1], addresses)
        if brought != row[-1]:
            session.execute(update(column.table).where(tuple_(*key) == tuple_(*row[:-1])).values({column: brought}))
            done += 1
    return done


def _within(value: Any, addresses: AddressHasher) -> Any:
    if isinstance(value, str):
        return addresses.current(value)
    if isinstance(value, list):
        return [_within(one, addresses) for one in value]
    if isinstance(value, dict):
        return {name: _within(one, addresses) for name, one in value.items()}
    return value
