"""SQL of people."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, update
from sqlalchemy.orm import Session

from crm.people.model import ContactKind, ContactPoint, Deliverability, NewPerson, PeoplePage, Person
from crm.people.tables import ContactPointRow, PersonRow
from crm.values.folding import folded
from crm.values.identifiers import ContactPointId, PersonId


def insert(session: Session, new: NewPerson, address_key: str, at: datetime) -> Person:
    """Writes a person and their first address."""
    row = PersonRow(
        first_name=new.first_name,
        last_name=new.last_name,
        folded_name=folded(f"{new.first_name} {new.last_name}"),
        language=new.language,
        source=new.source,
        created_at=at,
        merged_into_id=None,
    )
    session.add(row)
    session.flush()
    point = ContactPointRow(
        person_id=row.id,
        kind=ContactKind.EMAIL,
        value=new.email.text,
        address_key=address_key,
        is_primary=True,
        deliverability=Deliverability.LIVE,
        created_at=at,
    )
    session.add(point)
    session.flush()
    return _person(row, (_contact_point(point),))


def load(session: Session, person_ids: Collection[int]) -> dict[PersonId, Person]:
    """Those people with their contact points, in two queries; who does not exist is left out."""
    if not person_ids:
        return {}
    rows = session.scalars(select(PersonRow).where(PersonRow.id.in_(person_ids))).all()
    points: dict[int, list[ContactPoint]] = {row.id: [] for row in rows}
    order = (ContactPointRow.is_primary.desc(), ContactPointRow.id)
    for point in session.scalars(select(ContactPointRow).where(ContactPointRow.person_id.in_(points)).order_by(*order)):
        points[point.person_id].append(_contact_point(point))
    return {PersonId(row.id): _person(row, tuple(points[row.id])) for row in rows}


def find_contact_point(session: Session, contact_point_id: int) -> ContactPoint | None:
    """One contact point."""
    row = session.get(ContactPointRow, contact_point_id)
    return None if row is None else _contact_point(row)


def ids_at(session: Session, address_key: str) -> list[int]:
    """Unmerged people who have that address, longest known first."""
    return list(
        session.scalars(
            select(PersonRow.id)
            .join(ContactPointRow, ContactPointRow.person_id == PersonRow.id)
            .where(ContactPointRow.address_key == address_key, PersonRow.merged_into_id.is_(None))
            .distinct()
            .order_by(PersonRow.id)
        )
    )


def page(session: Session, *, text: str, address_key: str | None, after: PersonId | None, size: int) -> PeoplePage:
    """Unmerged people, newest first: those whose name or address holds `text`, or who have that very address."""
    found: list[ColumnElement[bool]] = [PersonRow.merged_into_id.is_(None)]
    if text.strip() or address_key:
        found.append(_matching(text, address_key))
    total = session.scalar(select(func.count()).select_from(PersonRow).where(*found)) or 0
    further = [PersonRow.id < after] if after is not None else []
    ids = list(
        session.scalars(select(PersonRow.id).where(*found, *further).order_by(PersonRow.id.desc()).limit(size + 1))
    )
    people = load(session, ids[:size])
    return PeoplePage(
        people=tuple(people[PersonId(person_id)] for person_id in ids[:size]),
        total=total,
        next_after=PersonId(ids[size - 1]) if len(ids) > size else None,
    )


def _matching(text: str, address_key: str | None) -> ColumnElement[bool]:
    ways: list[ColumnElement[bool]] = []
    if text.strip():
        ways = [
            and_(*(PersonRow.folded_name.contains(word, autoescape=True) for word in folded(text).split())),
            PersonRow.id.in_(
                select(ContactPointRow.person_id).where(
                    func.lower(ContactPointRow.value).contains(text.strip().lower(), autoescape=True)
                )
            ),
        ]
    if address_key:
        ways.append(
            PersonRow.id.in_(select(ContactPointRow.person_id).where(ContactPointRow.address_key == address_key))
        )
    return or_(*ways)


def survivor(session: Session, person_id: int) -> int | None:
    """Who that person is today, following merges."""
    seen: set[int] = set()
    while person_id not in seen:
        seen.add(person_id)
        row = session.execute(select(PersonRow.id, PersonRow.merged_into_id).where(PersonRow.id == person_id)).first()
        if row is None:
            return None
        if row.merged_into_id is None:
            return int(row.id)
        person_id = row.merged_into_id
    return None


def change(session: Session, person_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one person, and the folded name with them."""
    row = session.get_one(PersonRow, person_id)
    for column, value in values.items():
        setattr(row, column, value)
    row.folded_name = folded(f"{row.first_name} {row.last_name}")
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


def _person(row: PersonRow, contact_points: tuple[ContactPoint, ...]) -> Person:
    return Person(
        id=PersonId(row.id),
        first_name=row.first_name,
        last_name=row.last_name,
        language=row.language,
        created_at=row.created_at,
        source=row.source,
        merged_into_id=None if row.merged_into_id is None else PersonId(row.merged_into_id),
        contact_points=contact_points,
    )


def _contact_point(row: ContactPointRow) -> ContactPoint:
    return ContactPoint(
        id=ContactPointId(row.id),
        person_id=PersonId(row.person_id),
        kind=row.kind,
        value=row.value,
        address_key=row.address_key,
        is_primary=row.is_primary,
        deliverability=row.deliverability,
    )
