"""The door of people: add, find, list, correct."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from crm.foundation.database import hold
from crm.foundation.signing import AddressHasher
from crm.people import store
from crm.people.errors import PersonMissing
from crm.people.model import ContactPoint, Deliverability, NewPerson, PeoplePage, Person
from crm.people.rules import meant, tidy_name
from crm.values.identifiers import ContactPointId, PersonId
from crm.values.languages import Language

__all__ = ["tidy_name"]


def add(session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime) -> Person:
    """Writes a new person with one address, whoever else may have it. Raises `Invalid` for a name that is none."""
    return store.insert(session, _tidy(new), addresses.key_of(new.email.normal), at)


def find_or_add(session: Session, addresses: AddressHasher, new: NewPerson, *, at: datetime) -> Person:
    """The person a visitor with that address is taken to be (see `rules.meant`), or a new one.

    Somebody already known keeps their names and language. Two visitors at once with one address find one person.
    """
    tidy = _tidy(new)
    address_key = addresses.key_of(new.email.normal)
    hold(session, f"address {address_key}")
    known = meant(people_at(session, address_key), first_name=tidy.first_name)
    return known or store.insert(session, tidy, address_key, at)


def find_person(session: Session, person_id: PersonId) -> Person | None:
    """That person, merged or not, or None."""
    return store.load(session, (person_id,)).get(person_id)


def find_survivor(session: Session, person_id: PersonId) -> Person | None:
    """Who that person is today: themself, or whom they were merged into. None where nobody ever had that number."""
    living = store.survivor(session, person_id)
    return None if living is None else find_person(session, PersonId(living))


def find_contact_point(session: Session, contact_point_id: ContactPointId) -> ContactPoint | None:
    """That way to reach somebody, or None."""
    return store.find_contact_point(session, contact_point_id)


def people_at(session: Session, address_key: str) -> tuple[Person, ...]:
    """Everybody who has that address (a shared mailbox has several), longest known first; nobody merged."""
    ids = store.ids_at(session, address_key)
    people = store.load(session, ids)
    return tuple(people[PersonId(person_id)] for person_id in ids)


def page(
    session: Session,
    *,
    text: str = "",
    address_key: str | None = None,
    after: PersonId | None = None,
    size: int = 50,
) -> PeoplePage:
    """A page of people, newest first, whose name or address holds `text` (no accents, no case), or of that address."""
    return store.page(session, text=text, address_key=address_key, after=after, size=size)


def edit(
    session: Session,
    person_id: PersonId,
    *,
    first_name: str | None = None,
    last_name: str | None = None,
    language: Language | None = None,
) -> frozenset[str]:
    """Corrects what is given and leaves the rest; the names of what changed. Raises `PersonMissing`, `Invalid`."""
    person = find_person(session, person_id)
    if person is None:
        raise PersonMissing
    wanted = {
        "first_name": person.first_name if first_name is None else tidy_name(first_name, field="first_name"),
        "last_name": person.last_name if last_name is None else tidy_name(last_name, field="last_name"),
        "language": language or person.language,
    }
    changed = {name: value for name, value in wanted.items() if value != getattr(person, name)}
    if changed:
        store.change(session, person_id, changed)
    return frozenset(changed)


def mark_deliverability(session: Session, address_key: str, deliverability: Deliverability) -> int:
    """What experience says of an address, for everybody who has it; how many contact points changed."""
    return store.set_deliverability(session, address_key, deliverability)


def _tidy(new: NewPerson) -> NewPerson:
    return replace(
        new,
        first_name=tidy_name(new.first_name, field="first_name"),
        last_name=tidy_name(new.last_name, field="last_name"),
    )
