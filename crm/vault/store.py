"""SQL of the vault."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, delete, insert, literal, select, update
from sqlalchemy.orm import Session

from crm.foundation import bulk, presence
from crm.foundation.forgetting import delete_rows
from crm.values.identifiers import AccountId, PersonId
from crm.vault.model import Asked, Gone, Held, Sealed, Source, Way
from crm.vault.tables import NumberGoneRow, NumberRequestRow, NumberRow

_GONE = presence.watch(NumberGoneRow.person_id)
_NUMBER, _REQUEST = presence.watch(NumberRow.person_id), presence.watch(NumberRequestRow.person_id)

_SOME = 500


def add(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds rows, by their columns."""
    if rows:
        session.execute(insert(NumberRow), [dict(row) for row in rows])


def known(session: Session, keys: Collection[str]) -> set[str]:
    """Those of the keys under which a number lies already."""
    listed = bulk.texts(session, keys)
    return set(session.scalars(select(NumberRow.number_key).where(NumberRow.number_key.in_(select(listed.c.value)))))


def pour(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Adds many rows at once, all by the same columns."""
    if rows:
        columns = tuple(rows[0])
        numbers = bulk.reserve(session, _NUMBERS, len(rows))
        values = [(number, *row.values()) for number, row in zip(numbers, rows, strict=True)]
        bulk.pour(session, _NUMBERS, ("id", *columns), values)


def waiting(session: Session, origins: Collection[str]) -> list[tuple[str, Sealed]]:
    """What waits for those origins, in order."""
    found: list[tuple[str, Sealed]] = []
    wanted = sorted(set(origins))
    for start in range(0, len(wanted), _SOME):
        query = select(NumberRow).where(
            NumberRow.origin.in_(wanted[start : start + _SOME]), NumberRow.person_id.is_(None)
        )
        found += [(row.origin or "", _sealed(row)) for row in session.scalars(query.order_by(NumberRow.id))]
    return found


def give(session: Session, row_id: int, person_id: int) -> None:
    """A number that waited is somebody's."""
    values = {"person_id": person_id, "origin": None, "came_with": NumberRow.origin}
    session.execute(update(NumberRow).where(NumberRow.id == row_id).values(values))


def take_back(session: Session, origin: str, person_id: int) -> bool:
    """What came with `origin` and was given to somebody waits again; whether there was such a number."""
    row = NumberRow
    given = (row.came_with == origin, row.person_id == person_id)
    values = {"person_id": None, "origin": row.came_with, "came_with": None}
    return bool(session.execute(update(row).where(*given).values(values)).rowcount)  # type: ignore[attr-defined]


def remove(session: Session, row_ids: Collection[int]) -> None:
    """Takes rows out for good."""
    session.execute(delete(NumberRow).where(NumberRow.id.in_(row_ids)))


def destroy(session: Session, but: Select[int], *, before: datetime) -> int:
    """Takes out what was kept before then, but for those people; how many. That it was held is written down."""
    row = NumberRow
    over = (row.kept_at < before, row.person_id.is_(None) | row.person_id.not_in(but))
    fact = select(row.person_id, row.source, row.kept_at, literal(before)).where(row.person_id.is_not(None), *over)
    session.execute(insert(NumberGoneRow).from_select(["person_id", "source", "kept_at", "nothing_since"], fact))
    return delete_rows(session, row, *over)


def gone(session: Session, person_ids: Collection[int]) -> tuple[Gone, ...]:
    """The numbers of those people that were destroyed, in order."""
    if all(presence.nothing(session, _GONE, person_id) for person_id in person_ids):
        return ()
    row = NumberGoneRow
    found = session.scalars(select(row).where(row.person_id.in_(person_ids)).order_by(row.id))
    return tuple(Gone(kept_at=one.kept_at, nothing_since=one.nothing_since) for one in found)


def of_person(session: Session, person_id: int) -> Sealed | None:
    """Their number as it lies there."""
    row = session.scalar(_of(person_id))
    return None if row is None else _sealed(row)


def of_people(session: Session, person_ids: Select[int]) -> Iterator[tuple[PersonId, str, str]]:
    """The numbers of many, sealed, each after whose it is and before its uid; in order of the people."""
    row = NumberRow
    query = select(row.person_id, row.sealed, row.uid).where(row.person_id.in_(person_ids)).order_by(row.person_id)
    for person_id, sealed, uid in session.execute(query.execution_options(yield_per=5000)):
        yield PersonId(person_id or 0), sealed, uid


def held(session: Session, person_id: int) -> Held | None:
    """That their number is held, and how it came."""
    if presence.nothing(session, _NUMBER, person_id):
        return None
    row = session.scalar(_of(person_id))
    if row is None:
        return None
    return Held(
        person_id=PersonId(person_id),
        source=row.source,
        kept_at=row.kept_at,
        kept_by=None if row.kept_by is None else AccountId(row.kept_by),
    )


def differ(session: Session, one: int, other: int) -> bool:
    """True where each of the two has a number, and they are not the same, as far as one key tells."""
    query = select(NumberRow.key_id, NumberRow.number_key).where(NumberRow.person_id.in_([one, other]))
    keys = [(row.key_id, row.number_key) for row in session.execute(query)]
    return len(keys) == 2 and keys[0][0] == keys[1][0] and keys[0][1] != keys[1][1]


def holder(session: Session, number_keys: Collection[str], *, but: int) -> int | None:
    """Who else has a number of one of those keys."""
    query = select(NumberRow.person_id).where(
        NumberRow.number_key.in_(number_keys), NumberRow.person_id.is_not(None), NumberRow.person_id != but
    )
    return session.scalar(query.limit(1))


def asked(session: Session, person_id: int) -> Asked | None:
    """When they were last asked."""
    if presence.nothing(session, _REQUEST, person_id):
        return None
    query = select(NumberRequestRow).where(NumberRequestRow.person_id == person_id)
    row = session.scalar(query.order_by(NumberRequestRow.asked_at.desc(), NumberRequestRow.id.desc()).limit(1))
    if row is None:
        return None
    return Asked(asked_at=row.asked_at, way=row.way, by=None if row.asked_by is None else AccountId(row.asked_by))


def add_requests(
    session: Session, person_ids: Sequence[PersonId], *, at: datetime, way: Way, by: int | None
) -> dict[PersonId, int]:
    """That they were asked; the number of each request."""
    rows = [NumberRequestRow(person_id=one, asked_at=at, way=way, asked_by=by) for one in person_ids]
    session.add_all(rows)
    session.flush()
    return {PersonId(row.person_id): row.id for row in rows}


def request_row(session: Session, request_id: int) -> NumberRequestRow | None:
    """The row of a request, as it is now."""
    return session.get(NumberRequestRow, request_id, populate_existing=True)


def older_than(session: Session, key_id: int, *, size: int) -> list[Sealed]:
    """Rows that lie under an older key, some at a time."""
    query = select(NumberRow).where(NumberRow.key_id < key_id).order_by(NumberRow.key_id, NumberRow.id).limit(size)
    return [_sealed(row) for row in session.scalars(query)]


def reseal(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Lays rows (`row`, `was`; `now`, `key`, `number`) under another key, but for those that changed meanwhile."""
    session.connection().execute(_RESEALED, list(rows))


def new_row(*, sealed: str, uid: str, key_id: int, number_key: str, source: Source, at: datetime) -> dict[str, Any]:
    """The columns of a new row, of nobody yet."""
    return {
        "uid": uid,
        "person_id": None,
        "origin": None,
        "sealed": sealed,
        "key_id": key_id,
        "number_key": number_key,
        "source": source,
        "kept_at": at,
        "kept_by": None,
    }


_NUMBERS = NumberRow.metadata.tables["national_number"]
_RESEALED = (
    update(_NUMBERS)
    .where(_NUMBERS.c.id == bindparam("row"), _NUMBERS.c.sealed == bindparam("was"))
    .values(sealed=bindparam("now"), key_id=bindparam("key"), number_key=bindparam("number"))
)


def _of(person_id: int) -> Any:
    return select(NumberRow).where(NumberRow.person_id == person_id).order_by(NumberRow.id).limit(1)


def _sealed(row: NumberRow) -> Sealed:
    return Sealed(
        id=row.id,
        uid=row.uid,
        person_id=None if row.person_id is None else PersonId(row.person_id),
        sealed=row.sealed,
        key_id=row.key_id,
        number_key=row.number_key,
    )
