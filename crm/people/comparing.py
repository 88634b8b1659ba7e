"""What upper rooms compare people by, read set-wise: keys that several share, and plain columns of who has them."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, func, select

from crm.people import keys
from crm.people.model import ContactKind
from crm.people.tables import ContactPointRow, PersonChangedRow, PersonKeyRow, PersonRow, PostalAddressRow


def shared_keys(largest: int) -> Any:
    """Every key that 2 to `largest` people share: kind, key, person_id, in the order of the keys.

    What more than `largest` share (a school's address, Jean Dupont in Brussels) says nothing of anybody.
    """
    size = func.count().over(partition_by=(PersonKeyRow.kind, PersonKeyRow.key)).label("size")
    counted = select(PersonKeyRow.kind, PersonKeyRow.key, PersonKeyRow.person_id, size).subquery("counted")
    return (
        select(counted.c.kind, counted.c.key, counted.c.person_id)
        .where(counted.c.size.between(2, largest))
        .order_by(counted.c.kind, counted.c.key, counted.c.person_id)
    )


def keys_shared_with(person_ids: Collection[int], largest: int) -> Any:
    """The same, of the keys that those people have."""
    mine = (
        select(PersonKeyRow.kind, PersonKeyRow.key).where(PersonKeyRow.person_id.in_(person_ids)).distinct()
    ).subquery("mine")
    of_mine = and_(PersonKeyRow.kind == mine.c.kind, PersonKeyRow.key == mine.c.key)
    small = (
        select(mine.c.kind, mine.c.key)
        .join(PersonKeyRow, of_mine)
        .group_by(mine.c.kind, mine.c.key)
        .having(func.count().between(2, largest))
        .subquery("small")
    )
    in_small = and_(PersonKeyRow.kind == small.c.kind, PersonKeyRow.key == small.c.key)
    return (
        select(PersonKeyRow.kind, PersonKeyRow.key, PersonKeyRow.person_id)
        .join(small, in_small)
        .order_by(PersonKeyRow.kind, PersonKeyRow.key, PersonKeyRow.person_id)
    )


def people(among: Collection[int] | None = None) -> Any:
    """Everybody who stands for themself, or those of them; the dead too: another record of theirs is still written to.

    Columns: id, kind, first_name, last_name, organisation_name, title, birth_on, enterprise_number, is_deceased.
    """
    return select(
        PersonRow.id,
        PersonRow.kind,
        PersonRow.first_name,
        PersonRow.last_name,
        PersonRow.organisation_name,
        PersonRow.title,
        PersonRow.birth_on,
        PersonRow.enterprise_number,
        PersonRow.deceased_recorded_at.is_not(None).label("is_deceased"),
    ).where(PersonRow.merged_into_id.is_(None), _of(PersonRow.id, among))


def newcomers(after: int, most: int) -> Any:
    """The next people by number: id, created_at."""
    query = select(PersonRow.id, PersonRow.created_at).where(PersonRow.id > after)
    return query.order_by(PersonRow.id).limit(most)


def changed(most: int) -> Any:
    """The longest waiting of those who were changed since they were compared: id (of the note), person_id."""
    row = PersonChangedRow
    return select(row.id, row.person_id).order_by(row.id).limit(most)


def no_longer_changed(notes: Collection[int]) -> Any:
    """Takes those notes away: whom they are about has been compared."""
    return delete(PersonChangedRow).where(PersonChangedRow.id.in_(notes))


def emails(among: Collection[int] | None = None) -> Any:
    """Every e-mail address that is or was theirs: person_id, address_key."""
    return _points(ContactKind.EMAIL, among)


def phones(among: Collection[int] | None = None) -> Any:
    """The same of telephones."""
    return _points(ContactKind.PHONE, among)


def letter_boxes(among: Collection[int] | None = None) -> Any:
    """Every letter box that is or was theirs: person_id, and the box (see `crm.values.address_key`)."""
    return select(PostalAddressRow.person_id, PostalAddressRow.dedupe_key).where(_of(PostalAddressRow.person_id, among))


def remembered(among: Collection[int] | None = None) -> Any:
    """Every key that upper rooms remember of them: person_id, key."""
    return select(PersonKeyRow.person_id, PersonKeyRow.key).where(
        PersonKeyRow.kind.not_in(keys.KINDS), _of(PersonKeyRow.person_id, among)
    )


def _points(kind: ContactKind, among: Collection[int] | None) -> Any:
    return select(ContactPointRow.person_id, ContactPointRow.address_key).where(
        ContactPointRow.kind == kind, _of(ContactPointRow.person_id, among)
    )


def _of(column: Any, among: Collection[int] | None) -> ColumnElement[bool]:
    return column.is_not(None) if among is None else column.in_(among)  # type: ignore[no-any-return]
