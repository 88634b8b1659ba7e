"""SQL of contact points and postal addresses, and of what failed to reach them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from crm.foundation import presence
from crm.foundation.numbered import numbered
from crm.foundation.remembering import each
from crm.people.model import Abode, ContactKind, ContactPoint, Deliverability, Failure, FailureReason, Usage
from crm.people.tables import ContactFailureRow, ContactPointRow, PostalAddressRow
from crm.values.identifiers import ContactPointId, PersonId, PostalAddressId
from crm.values.postal_address import PostalAddress

_FAILED = presence.watch(ContactFailureRow.person_id)

PARTS = tuple(part.name for part in fields(PostalAddress))
"""The columns of an address, in the order of its parts."""
_POINTS = (
    select(ContactPointRow)
    .where(numbered(ContactPointRow.person_id))
    .order_by(ContactPointRow.is_primary.desc(), ContactPointRow.id)
)
_POINTS_OF_TODAY = _POINTS.where(ContactPointRow.ended_at.is_(None))
_ABODES = (
    select(PostalAddressRow)
    .where(numbered(PostalAddressRow.person_id))
    .order_by(PostalAddressRow.is_primary.desc(), PostalAddressRow.id)
)
_ABODES_OF_TODAY = _ABODES.where(PostalAddressRow.ended_at.is_(None))


def points_of(
    session: Session, person_ids: Collection[int], *, ended: bool = False
) -> dict[PersonId, tuple[ContactPoint, ...]]:
    """Their contact points that still are theirs, the preferred ones first; those that ended too where asked for.

    Everybody asked for is in the answer.
    """
    whom = [PersonId(person_id) for person_id in person_ids]
    return each(session, f"points {ended}", whom, lambda some: _points_of(session, some, ended=ended))


def _points_of(
    session: Session, person_ids: Collection[PersonId], *, ended: bool
) -> dict[PersonId, tuple[ContactPoint, ...]]:
    found: dict[PersonId, list[ContactPoint]] = {person_id: [] for person_id in person_ids}
    for row in session.scalars(_POINTS if ended else _POINTS_OF_TODAY, {"ids": list(person_ids)}):
        found[PersonId(row.person_id)].append(_point(row))
    return {person_id: tuple(points) for person_id, points in found.items()}


def find_point(session: Session, contact_point_id: int) -> ContactPoint | None:
    """One contact point, also one that has ended."""
    row = session.get(ContactPointRow, contact_point_id)
    return None if row is None else _point(row)


def point_at(session: Session, person_id: int, kind: ContactKind, address_key: str) -> ContactPoint | None:
    """That person's contact point of that address, also one that has ended."""
    row = session.scalar(
        select(ContactPointRow).where(
            ContactPointRow.person_id == person_id,
            ContactPointRow.kind == kind,
            ContactPointRow.address_key == address_key,
        )
    )
    return None if row is None else _point(row)


def people_ever_at(session: Session, address_keys: Collection[str]) -> list[int]:
    """Everybody who has one of those addresses, or had it once, whoever they are today."""
    row = ContactPointRow
    there = select(row.person_id).where(row.address_key.in_(address_keys))
    return list(session.scalars(there.order_by(row.person_id)))


def add_point(
    session: Session,
    *,
    person_id: int,
    kind: ContactKind,
    value: str,
    address_key: str,
    usage: Usage,
    is_primary: bool,
    source: str,
    at: datetime,
) -> ContactPoint:
    """One more way to reach someone."""
    row = ContactPointRow(
        person_id=person_id,
        kind=kind,
        value=value,
        address_key=address_key,
        usage=usage,
        is_primary=is_primary,
        deliverability=Deliverability.LIVE,
        source=source,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return _point(row)


def change_point(session: Session, contact_point_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one contact point."""
    row = session.get_one(ContactPointRow, contact_point_id)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()


def set_deliverability(session: Session, address_key: str, deliverability: Deliverability) -> int:
    """Marks that address wherever it stands; how many contact points changed."""
    changed = session.execute(
        update(ContactPointRow)
        .where(ContactPointRow.address_key == address_key, ContactPointRow.deliverability != deliverability)
        .values(deliverability=deliverability)
        .returning(ContactPointRow.id)
        .execution_options(synchronize_session="fetch")
    )
    return len(changed.all())


def abodes_of(session: Session, person_ids: Collection[int], *, ended: bool = False) -> dict[PersonId, list[Abode]]:
    """Their postal addresses, the preferred ones first; those that ended too where asked for."""
    whom = [PersonId(person_id) for person_id in person_ids]
    known = each(session, f"abodes {ended}", whom, lambda some: _abodes_of(session, some, ended=ended))
    return {person_id: list(abodes) for person_id, abodes in known.items()}


def _abodes_of(session: Session, person_ids: Collection[PersonId], *, ended: bool) -> dict[PersonId, list[Abode]]:
    found: dict[PersonId, list[Abode]] = {person_id: [] for person_id in person_ids}
    for row in session.scalars(_ABODES if ended else _ABODES_OF_TODAY, {"ids": list(person_ids)}):
        found[PersonId(row.person_id)].append(_abode(row))
    return found


def find_abode(session: Session, abode_id: int) -> Abode | None:
    """One postal address, also one that has ended."""
    row = session.get(PostalAddressRow, abode_id)
    return None if row is None else _abode(row)


def add_abode(session: Session, *, person_id: int, address: PostalAddress, at: datetime, **facts: Any) -> Abode:
    """One more postal address; `facts` are the other columns by name."""
    row = PostalAddressRow(person_id=person_id, created_at=at, **parts(address), **facts)
    session.add(row)
    session.flush()
    return _abode(row)


def change_abode(session: Session, abode_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one postal address."""
    row = session.get_one(PostalAddressRow, abode_id)
    for column, value in values.items():
        setattr(row, column, value)
    session.flush()


def parts(address: PostalAddress) -> dict[str, Any]:
    """The columns of an address."""
    return {part: getattr(address, part) for part in PARTS}


def address_of(columns: Mapping[str, Any]) -> PostalAddress:
    """The address of such columns."""
    return PostalAddress(**columns)


def add_failure(
    session: Session,
    *,
    person_id: int,
    reason: FailureReason,
    source: str,
    at: datetime,
    contact_point_id: int | None = None,
    postal_address_id: int | None = None,
) -> None:
    """Keeps that something did not arrive."""
    session.add(
        ContactFailureRow(
            person_id=person_id,
            contact_point_id=contact_point_id,
            postal_address_id=postal_address_id,
            reason=reason,
            source=source,
            at=at,
        )
    )
    session.flush()


def failures_of(session: Session, person_id: int) -> tuple[Failure, ...]:
    """What did not reach someone, the newest first."""
    if presence.nothing(session, _FAILED, person_id):
        return ()
    query = select(ContactFailureRow).where(ContactFailureRow.person_id == person_id)
    return tuple(
        Failure(
            at=row.at,
            reason=row.reason,
            source=row.source,
            contact_point_id=None if row.contact_point_id is None else ContactPointId(row.contact_point_id),
            abode_id=None if row.postal_address_id is None else PostalAddressId(row.postal_address_id),
        )
        for row in session.scalars(query.order_by(ContactFailureRow.at.desc(), ContactFailureRow.id.desc()))
    )


def _point(row: ContactPointRow) -> ContactPoint:
    return ContactPoint(
        id=ContactPointId(row.id),
        person_id=PersonId(row.person_id),
        kind=row.kind,
        value=row.value,
        address_key=row.address_key,
        is_primary=row.is_primary,
        deliverability=row.deliverability,
        usage=row.usage,
        failures=row.failures,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        season_from=row.season_from,
        season_until=row.season_until,
        ended_at=row.ended_at,
    )


def _abode(row: PostalAddressRow) -> Abode:
    return Abode(
        id=PostalAddressId(row.id),
        person_id=PersonId(row.person_id),
        address=PostalAddress(**{part: getattr(row, part) for part in PARTS}),
        usage=row.usage,
        is_primary=row.is_primary,
        dedupe_key=row.dedupe_key,
        address_key=row.address_key,
        deliverability=row.deliverability,
        failures=row.failures,
        source=row.source,
        created_at=row.created_at,
        valid_from_on=row.valid_from_on,
        valid_until_on=row.valid_until_on,
        season_from=row.season_from,
        season_until=row.season_until,
        ended_at=row.ended_at,
    )
