"""SQL of persons and organisations."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, and_, cast, func, or_, select, update
from sqlalchemy.orm import Session

from crm.foundation import bulk, presence
from crm.foundation.database import hold
from crm.foundation.numbered import numbered
from crm.foundation.remembering import each
from crm.people import contact_store
from crm.people.model import Called, ContactPoint, NewPerson, PeoplePage, Person
from crm.people.rules import FORMER_NUMBER, member_number
from crm.people.tables import ContactPointRow, ExternalIdRow, PersonRow
from crm.values.folding import folded
from crm.values.identifiers import PersonId
from crm.values.sounds import sound

_MERGED = presence.watch(PersonRow.merged_into_id)

_PEOPLE = select(PersonRow).where(numbered(PersonRow.id))
_CALLED = select(PersonRow.id, PersonRow.first_name, PersonRow.last_name, PersonRow.organisation_name).where(
    numbered(PersonRow.id)
)


def insert(session: Session, new: NewPerson, at: datetime) -> int:
    """Writes a person, gives them a member number, and says their id."""
    row = PersonRow(
        kind=new.kind,
        first_name=new.first_name,
        last_name=new.last_name,
        organisation_name=new.organisation_name,
        organisation_kind=new.organisation_kind,
        enterprise_number=new.enterprise_number,
        **compared(new.first_name, new.last_name, new.organisation_name),
        title=new.title,
        language=new.language,
        birth_on=new.birth_on,
        source=new.source,
        created_at=at,
        merged_into_id=None,
    )
    session.add(row)
    session.flush()
    row.member_number = new.member_number or member_number(row.id)
    session.flush()
    return row.id


def load(session: Session, person_ids: Collection[int]) -> dict[PersonId, Person]:
    """Those people with their contact points, in two queries; who does not exist is left out."""
    if not person_ids:
        return {}
    return each(session, "people", [PersonId(one) for one in person_ids], lambda some: _load(session, some))


def _load(session: Session, person_ids: Collection[PersonId]) -> dict[PersonId, Person]:
    rows = session.scalars(_PEOPLE, {"ids": list(person_ids)}).all()
    points = contact_store.points_of(session, [row.id for row in rows])
    return {PersonId(row.id): _person(row, points[PersonId(row.id)]) for row in rows}


def called(session: Session, person_ids: Collection[int]) -> dict[PersonId, Called]:
    """What those people are called, in one query; who does not exist is left out."""
    if not person_ids:
        return {}
    return {
        PersonId(row.id): Called(
            id=PersonId(row.id),
            first_name=row.first_name,
            last_name=row.last_name,
            organisation_name=row.organisation_name,
        )
        for row in session.execute(_CALLED, {"ids": list(person_ids)})
    }


def ids_at(session: Session, address_key: str) -> list[int]:
    """Unmerged people who have that address, longest known first."""
    return list(
        session.scalars(
            select(PersonRow.id)
            .join(ContactPointRow, ContactPointRow.person_id == PersonRow.id)
            .where(
                ContactPointRow.address_key == address_key,
                ContactPointRow.ended_at.is_(None),
                PersonRow.merged_into_id.is_(None),
            )
            .distinct()
            .order_by(PersonRow.id)
        )
    )


def ids_at_all(session: Session, address_keys: Collection[str]) -> list[tuple[str, int]]:
    """The same of many addresses at once: each address with each of its people."""
    found = (
        select(ContactPointRow.address_key, PersonRow.id)
        .join(ContactPointRow, ContactPointRow.person_id == PersonRow.id)
        .where(
            ContactPointRow.address_key.in_(address_keys),
            ContactPointRow.ended_at.is_(None),
            PersonRow.merged_into_id.is_(None),
        )
        .distinct()
        .order_by(PersonRow.id)
    )
    return [(str(key), int(person_id)) for key, person_id in session.execute(found)]


def page(session: Session, *, after: PersonId | None, size: int) -> PeoplePage:
    """Unmerged people, newest first."""
    unmerged = PersonRow.merged_into_id.is_(None)
    total = session.scalar(select(func.count()).select_from(PersonRow).where(unmerged)) or 0
    further = [PersonRow.id < after] if after is not None else []
    ids = list(
        session.scalars(select(PersonRow.id).where(unmerged, *further).order_by(PersonRow.id.desc()).limit(size + 1))
    )
    people = load(session, ids[:size])
    return PeoplePage(
        people=tuple(people[PersonId(person_id)] for person_id in ids[:size]),
        total=total,
        next_after=PersonId(ids[size - 1]) if len(ids) > size else None,
    )


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


def records_of(session: Session, person_id: int) -> list[int]:
    """That record and all that were merged into it, through any number of merges."""
    found = [person_id]
    if presence.nothing(session, _MERGED, person_id):
        return found
    row, into = PersonRow, [person_id]
    while into:
        query = select(row.id).where(row.merged_into_id.in_(into), row.id.not_in(found)).order_by(row.id)
        into = list(session.scalars(query))
        found += into
    return found


def survivors(session: Session, person_ids: Collection[int]) -> dict[int, int]:
    """Of each, who they are today, following merges all together; who never was, or is no more, is left out."""
    leads: dict[int, int | None] = {}
    asked = set(person_ids)
    while asked:
        listed = bulk.texts(session, [str(one) for one in asked])
        query = select(PersonRow.id, PersonRow.merged_into_id).where(
            PersonRow.id.in_(select(cast(listed.c.value, BigInteger)))
        )
        leads.update({row.id: row.merged_into_id for row in session.execute(query)})
        asked = {living for living in leads.values() if living is not None} - leads.keys()
    followed = {one: _followed(leads, one) for one in person_ids}
    return {one: living for one, living in followed.items() if living is not None}


def _followed(leads: Mapping[int, int | None], person_id: int) -> int | None:
    """Where the leads end; None in a ring (an erased person leads to themself) or where somebody is missing."""
    seen: set[int] = set()
    while person_id in leads and person_id not in seen:
        seen.add(person_id)
        further = leads[person_id]
        if further is None:
            return person_id
        person_id = further
    return None


def hold_living(session: Session, person_id: int) -> int:
    """Whom that person was merged into (or themself), held until the transaction ends: a merge of them waits."""
    hold(session, f"person {person_id}")
    living = survivor(session, person_id)
    return person_id if living is None or living == person_id else hold_living(session, living)


def change(session: Session, person_id: int, values: Mapping[str, Any]) -> None:
    """Writes columns of one person, and the folded name with them."""
    row = session.get_one(PersonRow, person_id)
    for column, value in values.items():
        setattr(row, column, value)
    for column, value in compared(row.first_name, row.last_name, row.organisation_name).items():
        setattr(row, column, value)
    session.flush()


def id_of_number(session: Session, number: str) -> int | None:
    """Who has that member number, or had it on another list."""
    return ids_of_numbers(session, {number}).get(number)


def ids_of_numbers(session: Session, numbers: Collection[str]) -> dict[str, int]:
    """The same of many at once; a number that nobody has is left out. The one we gave comes before all others."""
    if not numbers:
        return {}
    row, other = PersonRow, ExternalIdRow
    former = select(other.value, other.person_id).where(other.system == FORMER_NUMBER, other.value.in_(numbers))
    own = select(row.member_number, row.id).where(row.member_number.in_(numbers))
    return {str(number): int(who) for query in (former, own) for number, who in session.execute(query)}


def unsounded(session: Session) -> int:
    """How many people have a name and no sound of it: whoever wrote them did not come by this door."""
    return session.scalar(select(func.count()).select_from(PersonRow).where(_UNSOUNDED)) or 0


_UNSOUNDED = and_(
    PersonRow.first_sound == "",
    PersonRow.last_sound == "",
    or_(PersonRow.first_name != "", PersonRow.last_name != "", PersonRow.organisation_name != ""),
)


def mend_sounds(session: Session, *, first: int, last: int) -> None:
    """Writes the sounds of people between two numbers who have none."""
    names = (PersonRow.id, PersonRow.first_name, PersonRow.last_name, PersonRow.organisation_name)
    rows = session.execute(select(*names).where(PersonRow.id.between(first, last), _UNSOUNDED)).all()
    written = [{"id": row.id, **sounds(row.first_name, row.last_name, row.organisation_name)} for row in rows]
    if written:
        session.execute(update(PersonRow), written)


def sounds(first_name: str, last_name: str, organisation_name: str) -> dict[str, str]:
    """The columns that say how someone's names sound."""
    return {"first_sound": sound(first_name), "last_sound": sound(last_name or organisation_name)}


def compared(first_name: str, last_name: str, organisation_name: str) -> dict[str, str]:
    """The columns by which names are compared."""
    return {
        "folded_name": folded(f"{first_name} {last_name} {organisation_name}"),
        **sounds(first_name, last_name, organisation_name),
    }


def _person(row: PersonRow, contact_points: tuple[ContactPoint, ...]) -> Person:
    return Person(
        id=PersonId(row.id),
        kind=row.kind,
        first_name=row.first_name,
        last_name=row.last_name,
        organisation_name=row.organisation_name,
        organisation_kind=row.organisation_kind,
        enterprise_number=row.enterprise_number,
        member_number=row.member_number or "",
        title=row.title,
        greeting=row.greeting,
        language=row.language,
        birth_on=row.birth_on,
        deceased_on=row.deceased_on,
        deceased_recorded_at=row.deceased_recorded_at,
        created_at=row.created_at,
        source=row.source,
        merged_into_id=None if row.merged_into_id is None else PersonId(row.merged_into_id),
        contact_points=contact_points,
    )
