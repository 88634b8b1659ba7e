"""SQL of many people at once: looked up, written and taken back in a fixed number of statements per block."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, literal, select, update
from sqlalchemy.orm import Session

from crm.foundation import bulk, pointing
from crm.foundation.columns import Base
from crm.people.model import ContactKind, DifferenceState
from crm.people.rules import SAME_BOX, member_number
from crm.people.tables import (
    ORGANISATIONS,
    ContactFailureRow,
    ContactPointRow,
    DifferenceRow,
    ExternalIdRow,
    PersonKeyRow,
    PersonRow,
    PostalAddressRow,
)


def _table(row: type[Base]) -> Table:
    return row.metadata.tables[row.__tablename__]


def ids_by_address(session: Session, address_keys: Collection[str]) -> dict[str, list[int]]:
    """Unmerged people by the address keys they have, or had."""
    found: dict[str, list[int]] = {}
    if address_keys:
        query = (
            select(ContactPointRow.address_key, ContactPointRow.person_id)
            .join(PersonRow, PersonRow.id == ContactPointRow.person_id)
            .where(bulk.among(session, ContactPointRow.address_key, address_keys), PersonRow.merged_into_id.is_(None))
        )
        for key, person_id in session.execute(query):
            found.setdefault(key, []).append(person_id)
    return found


def ids_by_letter_box(session: Session, dedupe_keys: Collection[str]) -> dict[str, list[int]]:
    """Unmerged people by the letter boxes they have, or had."""
    found: dict[str, list[int]] = {}
    if dedupe_keys:
        query = (
            select(PostalAddressRow.dedupe_key, PostalAddressRow.person_id)
            .join(PersonRow, PersonRow.id == PostalAddressRow.person_id)
            .where(PostalAddressRow.dedupe_key.in_(dedupe_keys), PersonRow.merged_into_id.is_(None))
        )
        for key, person_id in session.execute(query):
            found.setdefault(key, []).append(person_id)
    return found


def ids_by_organisation(session: Session, names: Collection[str]) -> dict[str, list[int]]:
    """Unmerged organisations by their folded names, longest known first.

    Merged ones are left out here: asked of it, SQLite would go by that index through everybody.
    """
    found: dict[str, list[int]] = {}
    if names:
        row = PersonRow
        query = select(row.id, row.folded_name, row.merged_into_id).where(row.folded_name.in_(names), ORGANISATIONS)
        for person_id, name, merged_into_id in sorted(session.execute(query), key=lambda one: int(one[0])):
            if merged_into_id is None:
                found.setdefault(name, []).append(person_id)
    return found


def ids_by_external(session: Session, wanted: Collection[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """People by what other systems call them, merged ones too."""
    found: dict[tuple[str, str], int] = {}
    for system in {one for one, _ in wanted}:
        values = [value for one, value in wanted if one == system]
        query = select(ExternalIdRow.value, ExternalIdRow.person_id)
        for value, person_id in session.execute(
            query.where(ExternalIdRow.system == system, ExternalIdRow.value.in_(values))
        ):
            found[system, value] = person_id
    return found


def merged_of(session: Session, person_ids: Collection[int]) -> set[int]:
    """Those of them who were merged into another."""
    query = select(PersonRow.id).where(PersonRow.id.in_(person_ids), PersonRow.merged_into_id.is_not(None))
    return set(session.scalars(query)) if person_ids else set()


def merged_by_enterprise(session: Session, numbers: Collection[str]) -> dict[str, set[int]]:
    """Those who were merged and bore one of those enterprise numbers."""
    row, found = PersonRow, dict[str, set[int]]()
    query = select(row.id, row.enterprise_number).where(row.merged_into_id > 0, row.enterprise_number.in_(numbers))
    for person_id, number in session.execute(query) if numbers else ():
        found.setdefault(number, set()).add(person_id)
    return found


def merged_numbers_of(
    session: Session, person_ids: Collection[int], *, of_enterprise: bool = False
) -> dict[int, set[str]]:
    """The member (or enterprise) numbers of all who were merged into those people, into the last of a chain too."""
    column = PersonRow.enterprise_number if of_enterprise else PersonRow.member_number
    found: dict[int, set[str]] = {}
    last = {person_id: person_id for person_id in person_ids}
    while last:
        query = select(PersonRow.id, PersonRow.merged_into_id, column).where(
            PersonRow.merged_into_id.in_(last), PersonRow.merged_into_id != PersonRow.id
        )
        further: dict[int, int] = {}
        for person_id, into, number in session.execute(query):
            further[person_id] = last[into or 0]
            if number:
                found.setdefault(further[person_id], set()).add(number)
        last = further
    return found


def values_of(session: Session, person_ids: Collection[int]) -> Iterable[tuple[int, str, str, bool]]:
    """Every contact point, ended ones too: person_id, kind, value, whether it has ended."""
    query = select(
        ContactPointRow.person_id, ContactPointRow.kind, ContactPointRow.value, ContactPointRow.ended_at.is_not(None)
    ).where(ContactPointRow.person_id.in_(person_ids))
    return ((person, kind.value, value, bool(ended)) for person, kind, value, ended in session.execute(query))


def letter_boxes_of(session: Session, person_ids: Collection[int]) -> Iterable[tuple[int, str, bool]]:
    """Every postal address, ended ones too: person_id, dedupe_key, whether it has ended."""
    query = select(
        PostalAddressRow.person_id, PostalAddressRow.dedupe_key, PostalAddressRow.ended_at.is_not(None)
    ).where(PostalAddressRow.person_id.in_(person_ids))
    return ((person, key, bool(ended)) for person, key, ended in session.execute(query))


def external_ids_of(session: Session, person_ids: Collection[int]) -> Iterable[tuple[int, str, str]]:
    """How other systems call them: person_id, system, value."""
    query = select(ExternalIdRow.person_id, ExternalIdRow.system, ExternalIdRow.value)
    return ((a, b, c) for a, b, c in session.execute(query.where(ExternalIdRow.person_id.in_(person_ids))))


def noted_of(session: Session, person_ids: Collection[int]) -> Sequence[Any]:
    """What was noted as said otherwise and was not taken: person_id, field, said, held, source, state, decided_at."""
    row = DifferenceRow
    query = select(row.person_id, row.field, row.said, row.held, row.source, row.state, row.decided_at)
    return session.execute(query.where(row.person_id.in_(person_ids), row.state != DifferenceState.TAKEN)).all()


def insert_people(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes new people and gives a member number to each who brings none; their ids, in the same order."""
    if not rows:
        return []
    ids = bulk.reserve(session, _table(PersonRow), len(rows))
    whole = [
        {**row, "id": number, "member_number": row["member_number"] or member_number(number)}
        for number, row in zip(ids, rows, strict=True)
    ]
    bulk.pour_rows(session, _table(PersonRow), whole)
    return ids


def insert_points(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes contact points; their ids, in the same order."""
    return _insert(session, ContactPointRow, rows)


def insert_addresses(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes postal addresses; their ids, in the same order."""
    return _insert(session, PostalAddressRow, rows)


def insert_failures(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Writes what is told against addresses as they arrive."""
    _insert(session, ContactFailureRow, rows)


def failed(session: Session, abode_ids: Collection[int]) -> set[int]:
    """Those of the addresses that something was told of since they arrived."""
    row = ContactFailureRow
    query = select(row.postal_address_id).where(row.postal_address_id.in_(abode_ids), row.source != SAME_BOX)
    return {number for number in session.scalars(query) if number is not None} if abode_ids else set()


def forget_failures(session: Session, abode_ids: Collection[int]) -> None:
    """Deletes what was told against those addresses."""
    table = _table(ContactFailureRow)
    if abode_ids:
        session.execute(delete(table).where(table.c.postal_address_id.in_(abode_ids)))


def insert_external_ids(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes external ids; their row ids, in the same order."""
    return _insert(session, ExternalIdRow, rows)


def insert_differences(session: Session, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Writes differences that wait for a decision; their ids, in the same order."""
    waiting: dict[str, Any] = {"statement": {}, "state": DifferenceState.OPEN, "decided_at": None, "decided_by": None}
    return _insert(session, DifferenceRow, [{**waiting, **row} for row in rows])


def _insert(session: Session, row: type[Base], rows: Sequence[Mapping[str, Any]]) -> list[int]:
    if not rows:
        return []
    ids = bulk.reserve(session, _table(row), len(rows))
    bulk.pour_rows(session, _table(row), [{**one, "id": number} for number, one in zip(ids, rows, strict=True)])
    return ids


def update_people(session: Session, changes: Sequence[Mapping[str, Any]]) -> None:
    """Writes columns of several people; each mapping holds `id` and the same other columns."""
    by_columns: dict[tuple[str, ...], list[Mapping[str, Any]]] = {}
    for change in changes:
        by_columns.setdefault(tuple(sorted(change)), []).append(change)
    table = _table(PersonRow)
    for columns, group in by_columns.items():
        names = [name for name in columns if name != "id"]
        statement = (
            update(table)
            .where(table.c.id == bindparam("the_id"))
            .values({name: bindparam(f"to_{name}") for name in names})
        )
        session.connection().execute(
            statement, [{"the_id": one["id"], **{f"to_{name}": one[name] for name in names}} for one in group]
        )


def rows_of(session: Session, row: type[Base], ids: Collection[int]) -> dict[int, Any]:
    """Those rows by id."""
    table = _table(row)
    query = select(table).where(table.c.id.in_(ids))
    return {found.id: found for found in session.execute(query)} if ids else {}


def living_ways(
    session: Session, row: type[ContactPointRow | PostalAddressRow], person_ids: Collection[int]
) -> dict[tuple[int, str], dict[int, bool]]:
    """By person and kind (of an address: none), the ways of theirs that have not ended: id, whether it is preferred."""
    own = _table(row)
    kind = own.c.kind if row is ContactPointRow else literal("")
    query = select(own.c.person_id, kind, own.c.id, own.c.is_primary).where(
        own.c.person_id.in_(person_ids), own.c.ended_at.is_(None)
    )
    found: dict[tuple[int, str], dict[int, bool]] = {}
    if not person_ids:
        return found
    for person_id, of_kind, row_id, preferred in session.execute(query.order_by(own.c.id)):
        found.setdefault((person_id, str(of_kind)), {})[row_id] = preferred
    return found


def prefer(session: Session, row: type[ContactPointRow | PostalAddressRow], ids: Collection[int]) -> None:
    """Makes those the preferred ones; whoever calls knows that no other is."""
    if ids:
        table = _table(row)
        session.execute(update(table).where(table.c.id.in_(ids)).values(is_primary=True))


def delete_rows(session: Session, row: type[Base], ids: Collection[int]) -> None:
    """Deletes those rows."""
    if ids:
        table = _table(row)
        session.execute(delete(table).where(table.c.id.in_(ids)))


def points_and_addresses(
    session: Session, person_ids: Collection[int]
) -> dict[int, tuple[set[int], set[int], set[int]]]:
    """The ids of everybody's contact points, postal addresses and external ids."""
    found: dict[int, tuple[set[int], set[int], set[int]]] = {i: (set(), set(), set()) for i in person_ids}
    for place, row in enumerate((ContactPointRow, PostalAddressRow, ExternalIdRow)):
        own = _table(row)
        for person_id, row_id in session.execute(
            select(own.c.person_id, own.c.id).where(own.c.person_id.in_(person_ids))
        ):
            found[person_id][place].add(row_id)
    return found


OWN = {"contact_point", "postal_address", "external_id", "person_key"}
"""What belongs to a person as such and goes with them."""


def pointing_at(session: Session, table_name: str, ids: Collection[int]) -> dict[int, set[str]]:
    """Which other tables hold a row that points at one of those rows (of `person`, `contact_point`, …)."""
    return pointing.pointing_at(session, table_name, ids, but=OWN if table_name == "person" else ())


def empty_people(session: Session, person_ids: Collection[int]) -> None:
    """Leaves nothing but the number by which ledgers speak of them: nobody lives there any more.

    Who points at themself is merged into nobody, and so is left out wherever merged people are.
    """
    table = _table(PersonRow)
    session.execute(
        update(table)
        .where(table.c.id.in_(person_ids))
        .values(
            first_name="",
            last_name="",
            organisation_name="",
            enterprise_number="",
            folded_name="",
            first_sound="",
            last_sound="",
            title="",
            greeting="",
            source="",
            member_number=None,
            birth_on=None,
            merged_into_id=table.c.id,
        )
    )


def delete_people(session: Session, person_ids: Collection[int]) -> None:
    """Deletes people nothing speaks of any more."""
    delete_rows(session, PersonRow, person_ids)


def delete_belongings(session: Session, person_ids: Collection[int]) -> None:
    """Deletes what belongs to those people as such."""
    for row in (ContactFailureRow, ContactPointRow, PostalAddressRow, ExternalIdRow, PersonKeyRow):
        table = _table(row)
        session.execute(delete(table).where(table.c.person_id.in_(person_ids)))


def emails_after(session: Session, after: int, limit: int) -> list[tuple[int, str, str]]:
    """A page of e-mail addresses in use, by their ids: id, address, address key."""
    query = (
        select(ContactPointRow.id, ContactPointRow.value, ContactPointRow.address_key)
        .where(ContactPointRow.id > after, ContactPointRow.kind == ContactKind.EMAIL)
        .order_by(ContactPointRow.id)
        .limit(limit)
    )
    return [(a, b, c) for a, b, c in session.execute(query)]


def emails_at(session: Session, address_keys: Collection[str]) -> list[tuple[str, str]]:
    """The e-mail addresses in use under those keys: address, address key."""
    row = ContactPointRow
    query = select(row.value, row.address_key).where(row.address_key.in_(address_keys), row.kind == ContactKind.EMAIL)
    return [(value, key) for value, key in session.execute(query)] if address_keys else []


def count(session: Session) -> int:
    """How many people there are."""
    return session.scalar(select(func.count()).select_from(PersonRow).where(PersonRow.merged_into_id.is_(None))) or 0


def at_present(session: Session, person_ids: Collection[int], names: Sequence[str]) -> dict[int, dict[str, Any]]:
    """Those columns of those people as they are now."""
    table = _table(PersonRow)
    query = select(table.c.id, *(table.c[name] for name in names)).where(table.c.id.in_(person_ids))
    return (
        {row.id: {name: getattr(row, name) for name in names} for row in session.execute(query)} if person_ids else {}
    )


def stamp(at: datetime, source: str) -> dict[str, Any]:
    """The columns that say when and whence something came."""
    return {"created_at": at, "source": source}
